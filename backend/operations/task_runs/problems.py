from backend.core.problems import Problem
from i18n.translator import N_


class TaskRunNotFound(Problem):
    code, status = "task_run_not_found", 404
    title = N_("There is no such run")
