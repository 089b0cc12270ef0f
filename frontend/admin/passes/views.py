"""The internal state of a card's passes, for super admins who investigate a failure."""

import json

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from backend.operations.wallets.schemas import CardPasses, PassLinkView, RetryView
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.wallets import get_card_passes, retry_card_pass
from frontend.kit.card_states import card_state
from frontend.kit.forms import read_form
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import N_, PN_, get_translator

PLACE = "/admin/passes"
NOT_FOUND, TOO_MANY = 404, 429
STATES = {
    "active": (N_("Kept up to date"), "ok", "check-circle"),
    # NOTE: by Google or Apple
    "failed": (PN_("state of a pass", "Refused"), "bad", "x"),
    # NOTE: the customer has removed it from the wallet
    "removed": (PN_("state of a pass", "Removed"), "", "ban"),
}
RETRIED = {
    "synced": N_("Sent: the provider has accepted it."),
    "clean": N_("Already up to date."),
    "moved": N_("Sent, but the card has changed meanwhile; the next update is on its way."),
    "busy": N_("Somebody else is sending it at this moment."),
    "retry": N_("It did not go through; we retry automatically."),
    "paused": N_("We are not contacting the provider for now, because it has not answered lately."),
    "stopped": N_("The provider is rejecting our requests. See Wallets."),
    "gave_up": N_("The last of four attempts has failed; the hourly run tries again."),
    "failed": N_("The provider refuses this pass."),
    "gone": N_("The provider is not configured, or the pass was removed."),
}
GOOD = {"synced", "clean", "moved"}


@get(PLACE, name="admin-passes")
async def show_passes(
    request: Request, caller: NamedDependency[Caller], code: FromQuery[str | None] = None
) -> Response[str]:
    """`code` is a card code or a card id; without it only the search field is shown."""
    if not code or not code.strip():
        return _page(request, code="")
    _ = get_translator(language_of(request)).gettext
    try:
        return _page(request, code=code, card=await get_card_passes(caller, code.strip()))
    except BackendProblem as problem:
        if problem.status != NOT_FOUND:
            raise
        # The problem's own sentence is written for the till.
        return _page(request, code=code, error=_("There is no card with this code or ID."), status=NOT_FOUND)


@post(f"{PLACE}/{{code:str}}/retry", status_code=200)
async def retry_pass(request: Request, caller: NamedDependency[Caller], code: FromPath[str]) -> Response[str]:
    provider = (await read_form(request)).text("provider")
    retried, trouble = None, ""
    try:
        retried = await retry_card_pass(caller, code, provider)
    except BackendProblem as problem:
        if problem.status not in {NOT_FOUND, TOO_MANY}:
            raise
        trouble = problem.sentence
    return _page(request, code=code, card=await get_card_passes(caller, code), retried=retried, trouble=trouble)


def _page(
    request: Request,
    *,
    code: str,
    card: CardPasses | None = None,
    error: str | None = None,
    retried: RetryView | None = None,
    trouble: str = "",
    status: int = 200,
) -> Response[str]:
    translator = get_translator(language_of(request))
    gettext = translator.gettext
    return page(
        request,
        "admin/passes/page.html",
        status=status,
        code=code,
        error=error,
        card=card,
        card_state=card_state(card.state, translator) if card else "",
        trouble=trouble,
        outcome=(gettext(RETRIED[retried.outcome]), "ok" if retried.outcome in GOOD else "warn") if retried else None,
        reason=retried.reason if retried else "",
        state_of=lambda link: _state_of(link, language_of(request)),
        indented=_indented,
    )


def _state_of(link: PassLinkView, language: str) -> tuple[str, str, str]:
    """Text, kind, icon."""
    text, kind, icon = STATES.get(link.status, STATES["removed"])
    if link.status == "active" and not link.is_right:
        text, kind, icon = N_("Out of date"), "warn", "clock"
    return get_translator(language).gettext(text), kind, icon


def _indented(payload: object) -> str:
    return json.dumps(payload, indent=2, ensure_ascii=False)
