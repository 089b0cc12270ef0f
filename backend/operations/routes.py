"""What administrators see and do about the background."""

from backend.operations.readiness.routes import ReadinessController
from backend.operations.task_runs.routes import TaskRunController
from backend.operations.wallets.routes import WalletAdminController

OPERATIONS = (WalletAdminController, TaskRunController, ReadinessController)
