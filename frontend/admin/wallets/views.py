"""The state of both wallets, and the task runs over their passes."""

import asyncio
from contextlib import suppress
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.operations.task_runs.schemas import TaskRunView
from backend.operations.wallets.schemas import SyncRequest, WalletStatus
from frontend.admin.wallets.messages import WalletMessages
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.wallets import check_wallets, get_task_run, get_wallet_status, list_task_runs, sync_wallets
from frontend.kit.forms import Form, FormError, body_of, read_form
from frontend.kit.pages import is_htmx, page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator

PLACE = "/admin/wallets"
RUNS = {"sync_wallet_passes": 8, "reconcile_google_passes": 2, "check_wallet_certificates": 2}
"""How many runs of each task are shown."""
SIGNED_OUT, FORBIDDEN, UNPROCESSABLE = 401, 403, 422
SCOPES = ("behind", "failed", "merchant", "card")


@get(PLACE, name="admin-wallets")
async def show_wallets(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    (status, trouble), runs = await asyncio.gather(_status(request, caller), _runs(caller))
    return _page(request, runs, status=status, trouble=trouble)


@get(f"{PLACE}/state", name="admin-wallet-state")
async def show_state(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """The start page loads this: asking Google and Apple may take seconds."""
    if not is_htmx(request):
        return redirect(request, PLACE)
    status, trouble = await _status(request, caller)
    messages = WalletMessages(language_of(request))
    return page(request, "admin/wallets/state.html", wallets=status, trouble=trouble, messages=messages)


@post(f"{PLACE}/check", status_code=200)
async def check_now(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Repeats all checks, so that a fix made elsewhere takes effect at once, and reloads the page."""
    with suppress(BackendUnavailable):
        await check_wallets(caller)
    return redirect(request, PLACE)


@get(f"{PLACE}/runs/{{run_id:uuid}}", name="admin-wallet-run")
async def show_run(request: Request, caller: NamedDependency[Caller], run_id: FromPath[UUID]) -> Response[str]:
    """The page polls this while the run is in progress."""
    if not is_htmx(request):
        return redirect(request, PLACE)
    run = await get_task_run(caller, run_id)
    return page(request, "admin/wallets/run_page.html", run=run, messages=WalletMessages(language_of(request)))


@post(f"{PLACE}/runs", status_code=200)
async def start_run(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    try:
        await sync_wallets(caller, _sync_request(request, form))
    except FormError as error:
        return await _refused(request, caller, form, UNPROCESSABLE, {error.field: error.sentence})
    except BackendProblem as problem:
        if problem.status in {SIGNED_OUT, FORBIDDEN}:
            raise
        # The form has no field for a missing run: its sentence stands above the form.
        field = {"merchant_not_found": "merchant_code", "card_not_found": "card_code"}.get(problem.code, "")
        return await _refused(request, caller, form, problem.status, {field: problem.sentence})
    if is_htmx(request):
        return _runs_page(request, await _runs(caller))
    return redirect(request, f"{PLACE}#runs")


async def _status(request: Request, caller: Caller) -> tuple[WalletStatus | None, str]:
    """The status, or the reason why it is missing; the page shows the runs in both cases."""
    _ = get_translator(language_of(request)).gettext
    try:
        return await get_wallet_status(caller), ""
    except BackendProblem as problem:
        if problem.status in {SIGNED_OUT, FORBIDDEN}:
            raise
        return None, problem.sentence
    except BackendUnavailable:
        return None, _("The check took too long. Google or Apple may be slow to answer; try again in a moment.")


async def _runs(caller: Caller) -> list[TaskRunView]:
    runs_by_task = await asyncio.gather(*(list_task_runs(caller, name, limit=limit) for name, limit in RUNS.items()))
    return sorted((run for runs in runs_by_task for run in runs), key=lambda run: run.created_at, reverse=True)


def _sync_request(request: Request, form: Form) -> SyncRequest:
    _ = get_translator(language_of(request)).gettext
    scope = form.text("scope")
    if scope == "run":
        return body_of(SyncRequest, {"run_id": form.text("run_id")}, _("There is no such run"))
    needed = {"merchant": "merchant_code", "card": "card_code"}.get(scope)
    if needed and not form.text(needed):
        raise FormError(needed, _("Enter the code."))
    values: dict[str, object] = {"only_failed": scope == "failed"}
    if needed:
        values[needed] = form.text(needed)
    return body_of(SyncRequest, values, _("This is too long to be a code."))


async def _refused(
    request: Request, caller: Caller, form: Form, status_code: int, errors: dict[str, str]
) -> Response[str]:
    form.errors = errors
    if is_htmx(request):
        return _runs_page(request, await _runs(caller), form=form, status_code=status_code)
    (status, trouble), runs = await asyncio.gather(_status(request, caller), _runs(caller))
    return _page(request, runs, status=status, trouble=trouble, form=form, status_code=status_code)


def _runs_page(
    request: Request, runs: list[TaskRunView], *, form: Form | None = None, status_code: int = 200
) -> Response[str]:
    return _render(request, "admin/wallets/runs_page.html", status_code, _run_values(request, runs, form))


def _page(
    request: Request,
    runs: list[TaskRunView],
    *,
    status: WalletStatus | None,
    trouble: str,
    form: Form | None = None,
    status_code: int = 200,
) -> Response[str]:
    values = _run_values(request, runs, form) | {"wallets": status, "trouble": trouble}
    return _render(request, "admin/wallets/page.html", status_code, values)


def _render(request: Request, template: str, status: int, values: dict[str, object]) -> Response[str]:
    return page(request, template, status=status, headers=None, **values)


def _run_values(request: Request, runs: list[TaskRunView], form: Form | None) -> dict[str, object]:
    return {
        "messages": WalletMessages(language_of(request)),
        "runs": runs,
        "form": form or Form({"scope": "behind"}),
        "has_started": request.method == "POST" and form is None,
        "scopes": SCOPES,
    }
