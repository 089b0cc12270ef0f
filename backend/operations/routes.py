"""What administrators see and do about the background."""

from backend.operations.backlogs.routes import BacklogController
from backend.operations.parked_events.routes import ParkedEventController
from backend.operations.readiness.routes import ReadinessController
from backend.operations.task_runs.routes import TaskRunController
from backend.operations.timed_tasks.routes import TimedTaskController
from backend.operations.wallets.routes import WalletAdminController

OPERATIONS = (
    WalletAdminController,
    TimedTaskController,
    TaskRunController,
    BacklogController,
    ParkedEventController,
    ReadinessController,
)
