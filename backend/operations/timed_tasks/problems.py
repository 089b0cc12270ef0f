from uuid import UUID

from backend.core.problems import Problem
from i18n.translator import N_


class TaskNotFound(Problem):
    code, status = "task_not_found", 404
    title = N_("There is no such task")


class TaskNotOffered(Problem):
    code, status = "task_not_offered", 409
    title = N_("This task cannot be started like that")
    detail = N_("It has no dry run, or always runs for all merchants, or does not repeat single failures.")


class TaskUnfinished(Problem):
    code, status = "task_unfinished", 409
    title = N_("This task is running already")
    detail = N_("Wait until that run has ended.")
    run_id: UUID
    """Id of the run that has not ended."""
