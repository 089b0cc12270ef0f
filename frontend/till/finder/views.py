"""One search field for scanned codes and entered names. The query is posted, so that no name appears in an address."""

import re
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency

from backend.loyalty.cards.schemas import ENOUGH_TO_FIND, CardMatches, CardView
from backend.loyalty.customers.schemas import Phone
from backend.loyalty.till.schemas import TillView
from frontend.api.cards import lookup_cards
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.till import get_till
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import is_htmx, page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.problems import log_unavailable
from frontend.kit.request import Request
from frontend.till.card.screen import card_screen
from frontend.till.finder.masking import hints_of
from frontend.till.screen import messages_of, ready_screen, till_page
from i18n.translator import get_translator

UNAVAILABLE = 503
REPLACED = "card_replaced"
CODE = re.compile(r"[BCDFGHJKLNPRSTVX]{16}", re.IGNORECASE)


@post("/till/find")
async def find_customer(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    query = (await read_form(request)).text("query")
    if not re.search(ENOUGH_TO_FIND, query):
        return await _show_too_short(request, caller)
    try:
        matches = await _find_matches(caller, query)
    except BackendProblem as problem:
        if problem.code != REPLACED:
            raise
        return await _show_replaced(request, caller, query, problem)
    except BackendUnavailable as error:
        if is_htmx(request):
            raise
        log_unavailable(request, error)
        return page(request, "till/finder/unavailable.html", status=UNAVAILABLE, query=query)
    cards = matches.cards
    if len(cards) == 1 and matches.matched_by != "phone_ending":
        return await _open_card(request, caller, cards[0].id)
    view = await get_till(caller)
    if cards:
        return _show_matches(request, view, cards, query)
    return till_page(
        request,
        view,
        "till/finder/missing.html",
        status=404,
        query=query,
        sentence=_sentence(request, query),
        advice=None,
        is_scan=_is_code(query) or "://" in query,
        form=Form(_enrollment_fields(query)),
    )


def _show_matches(request: Request, view: TillView, cards: list[CardView], query: str) -> Response[str]:
    balance_of = messages_of(request, view).balance_of
    values: dict[str, object] = {"cards": cards, "query": query, "hints": hints_of(cards), "balance_of": balance_of}
    return till_page(request, view, "till/finder/matches.html", **values)  # type: ignore[arg-type]


async def _show_replaced(request: Request, caller: Caller, query: str, problem: BackendProblem) -> Response[str]:
    """The code was replaced: shows since when, and how to find the customer."""
    return till_page(
        request,
        await get_till(caller),
        "till/finder/missing.html",
        status=problem.status,
        query=query,
        sentence=problem.view.title,
        advice=problem.detail,
        is_scan=True,
    )


async def _find_matches(caller: Caller, query: str) -> CardMatches:
    try:
        return await lookup_cards(caller, query)
    except BackendProblem as problem:
        if problem.code == "card_not_found":
            return CardMatches([])
        raise


async def _open_card(request: Request, caller: Caller, card_id: UUID) -> Response[str]:
    if is_htmx(request):
        return card_screen(request, await get_till(caller, card_id))
    return redirect(request, f"/till/cards/{card_id}")


async def _show_too_short(request: Request, caller: Caller) -> Response[str]:
    _ = get_translator(language_of(request)).gettext
    sentence = _("Enter at least two letters of the name, or an email, a phone number or a card code.")
    return ready_screen(request, await get_till(caller), status=422, problem=sentence)


def _sentence(request: Request, query: str) -> str:
    _ = get_translator(language_of(request)).gettext
    if "://" in query:
        name = request.app.state.branding.current.platform_name
        return _("This card does not belong to %(platform)s.", platform=name)
    return _("No card has this code.") if _is_code(query) else _("No customer matches “%(text)s”.", text=query)


def _is_code(query: str) -> bool:
    return bool(CODE.fullmatch("".join(filter(str.isalnum, query))))


def _is_phone(query: str) -> bool:
    """Uses the phone number type of the API."""
    try:
        return bool(msgspec.convert(query, Phone))
    except msgspec.ValidationError:
        return False


def _enrollment_fields(query: str) -> dict[str, str]:
    """Enrollment fields filled from the query. An email address is not carried over: a typing error would send the card
    to somebody else.
    """
    if "@" in query:
        return {}
    if _is_phone(query):
        return {"phone": query}
    first, _, last = query.partition(" ")
    return {"first_name": first, "last_name": last}
