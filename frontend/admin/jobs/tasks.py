"""The tasks that run by the clock, each with how it does and a button that starts it."""

from typing import NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.operations.timed_tasks.schemas import TaskStart
from frontend.admin.jobs.messages import JobMessages
from frontend.admin.jobs.places import JOBS, RUNS
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.tasks import list_tasks, start_task
from frontend.kit.forms import FormError, body_of, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator

REFUSED = {404, 409, 422, 429}
UNPROCESSABLE = 422
NO_MERCHANT = "merchant_not_found"


class Refused(NamedTuple):
    """Why a task could not be started."""

    task: str
    sentence: str
    merchant_code: str | None
    is_about_merchant: bool = True
    unfinished: str | None = None
    """The run that is in its way."""


@get(JOBS, name="admin-jobs")
async def show_tasks(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return await _page(request, caller)


@post(f"{JOBS}/tasks/{{name:str}}/runs", status_code=200)
async def take_start(request: Request, caller: NamedDependency[Caller], name: FromPath[str]) -> Response[str]:
    """Leads to the run. A refusal is told at its task."""
    form, _ = await read_form(request), get_translator(language_of(request)).gettext
    code = form.optional("merchant_code")
    values = {"merchant_code": code, "dry_run": form.text("dry_run") == "yes"}
    try:
        run_id = await start_task(caller, name, body_of(TaskStart, values, _("This is too long to be a code.")))
    except FormError as error:
        return await _page(request, caller, Refused(name, error.sentence, code), status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status not in REFUSED:
            raise
        refused = Refused(name, problem.sentence, code, problem.code == NO_MERCHANT, problem.facts.get("run_id"))
        return await _page(request, caller, refused, status=problem.status)
    return redirect(request, f"{RUNS}/{run_id}")


async def _page(
    request: Request, caller: Caller, refused: Refused | None = None, *, status: int = 200
) -> Response[str]:
    return page(
        request,
        "admin/jobs/page.html",
        status=status,
        tasks=await list_tasks(caller),
        messages=JobMessages(language_of(request)),
        place=JOBS,
        refused=refused,
    )
