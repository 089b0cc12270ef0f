"""The state of both wallets, and what starts a run over their passes."""

from contextlib import suppress

from litestar import Response, get, post
from litestar.di import NamedDependency

from backend.operations.wallets.schemas import SyncRequest, WalletStatus
from frontend.admin.jobs.places import RUNS
from frontend.admin.wallets.messages import WalletMessages
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.wallets import check_wallets, get_wallet_status, sync_wallets
from frontend.kit.forms import Form, FormError, body_of, read_form
from frontend.kit.pages import is_htmx, page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator

PLACE = "/admin/wallets"
SIGNED_OUT, FORBIDDEN, UNPROCESSABLE = 401, 403, 422
SCOPES = ("behind", "failed", "merchant", "card")


@get(PLACE, name="admin-wallets")
async def show_wallets(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    status, trouble = await _status(request, caller)
    return _page(request, status=status, trouble=trouble)


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


@post(f"{PLACE}/runs", status_code=200)
async def start_run(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """Leads to the run."""
    form = await read_form(request)
    try:
        run_id = (await sync_wallets(caller, _sync_request(request, form))).run_id
    except FormError as error:
        return await _refused(request, caller, form, UNPROCESSABLE, {error.field: error.sentence})
    except BackendProblem as problem:
        if problem.status in {SIGNED_OUT, FORBIDDEN}:
            raise
        field = {"merchant_not_found": "merchant_code", "card_not_found": "card_code"}.get(problem.code, "")
        return await _refused(request, caller, form, problem.status, {field: problem.sentence})
    return redirect(request, f"{RUNS}/{run_id}")


async def _refused(
    request: Request, caller: Caller, form: Form, status_code: int, errors: dict[str, str]
) -> Response[str]:
    form.errors = errors
    status, trouble = await _status(request, caller)
    return _page(request, status=status, trouble=trouble, form=form, status_code=status_code)


async def _status(request: Request, caller: Caller) -> tuple[WalletStatus | None, str]:
    """The status, or the reason why it is missing."""
    _ = get_translator(language_of(request)).gettext
    try:
        return await get_wallet_status(caller), ""
    except BackendProblem as problem:
        if problem.status in {SIGNED_OUT, FORBIDDEN}:
            raise
        return None, problem.sentence
    except BackendUnavailable:
        return None, _("The check took too long. Google or Apple may be slow to answer; try again in a moment.")


def _sync_request(request: Request, form: Form) -> SyncRequest:
    _ = get_translator(language_of(request)).gettext
    scope = form.text("scope")
    needed = {"merchant": "merchant_code", "card": "card_code"}.get(scope)
    if needed and not form.text(needed):
        raise FormError(needed, _("Enter the code."))
    values: dict[str, object] = {"only_failed": scope == "failed"}
    if needed:
        values[needed] = form.text(needed)
    return body_of(SyncRequest, values, _("This is too long to be a code."))


def _page(
    request: Request,
    *,
    status: WalletStatus | None,
    trouble: str,
    form: Form | None = None,
    status_code: int = 200,
) -> Response[str]:
    return page(
        request,
        "admin/wallets/page.html",
        status=status_code,
        wallets=status,
        trouble=trouble,
        messages=WalletMessages(language_of(request)),
        form=form or Form({"scope": "behind"}),
        scopes=SCOPES,
    )
