from backend.core.problems import Problem
from i18n.translator import N_


class TaskRunNotFound(Problem):
    code, status = "task_run_not_found", 404
    title = N_("There is no such run")


class NothingFailed(Problem):
    code, status = "nothing_failed", 409
    title = N_("Nothing has failed that could be repeated")
