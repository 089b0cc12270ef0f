"""Every handler of the pages about background work."""

from litestar import Router

from frontend.admin.jobs.runs import show_run, show_runs, take_retry, watch_run
from frontend.admin.jobs.tasks import show_tasks, take_start
from frontend.admin.jobs.waiting import show_waiting, take_release, take_releases

JOB_PAGES = Router(
    path="/",
    route_handlers=[
        show_tasks,
        take_start,
        show_runs,
        show_run,
        watch_run,
        take_retry,
        show_waiting,
        take_release,
        take_releases,
    ],
)
