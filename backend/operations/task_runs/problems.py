from collections.abc import Mapping

from backend.core.problems import Problem
from i18n.translator import N_


class TaskRunNotFound(Problem):
    code, status = "task_run_not_found", 404
    title = N_("There is no such run")


class NothingFailed(Problem):
    code, status = "nothing_failed", 409
    title = N_("Nothing has failed that could be repeated")


class TooManyWatching(Problem):
    code, status = "too_many_watching", 503
    title = N_("Too many people watch runs at this moment")
    detail = N_("Reload the page to see how far the run is.")
    headers: Mapping[str, str] = {"Retry-After": "5"}
