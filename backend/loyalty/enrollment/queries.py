"""What is shown without signing in."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.core.origin import Origin
from backend.loyalty.cards.card_urls import CardLink
from backend.loyalty.cards.schemas import CardView, OwnCardView
from backend.loyalty.customers.schemas import HolderView
from backend.loyalty.ledger.booking.checks import check_open, is_live
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.state import CardState, decode_state
from backend.loyalty.ledger.history import list_transactions
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.loyalty.ledger.queries import get_setup
from backend.loyalty.ledger.setup_views import reward_views, terms_view, text_of
from backend.loyalty.ledger.views import Show
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.loyalty.programs.schemas import PublicProgram
from backend.loyalty.till.schemas import CardPage, OwnBooking
from backend.merchants.schemas import StoreRef

CARD_AT_HOME = "SELECT card_at_home($1, $2, $3)"
SHOWN = 20


async def public_program(ledger: Ledger, origin: Origin) -> PublicProgram:
    """Raises FeatureDisabled or ProgramInactive."""
    setup = await get_setup(ledger.pool, origin)
    check_open(setup)
    program, terms = setup.program, setup.terms
    assert program is not None, "an open program exists"
    assert terms is not None, "a program has terms"
    return PublicProgram(
        merchant_name=setup.merchant.name,
        store=StoreRef(setup.store.id, setup.store.code, setup.store.name),
        type=program.type,
        name=program.name,
        card_name=program.card_name,
        card_color=program.card_color,
        logo_url=program.logo_url,
        terms=terms_view(setup, origin.language),
        rewards=reward_views(setup, origin.language),
        terms_text=text_of(program.terms_text, setup, origin.language),
        terms_url=program.terms_url,
        privacy_url=program.privacy_url,
        default_language=program.default_language,
        store_language=setup.store.language,
        merchant_language=setup.merchant.language,
        open_for_enrollment=setup.policy.allow_self_enrollment,
        terms_published_on=terms.published_at.astimezone(ZoneInfo(setup.merchant.timezone)).date(),
    )


async def card_page(
    ledger: Ledger, unsubscribe_links: UnsubscribeLinks, token: str, language: str, now: datetime
) -> CardPage:
    """Raises CardNotFound alike for a token forged, outdated, or of a card that is gone."""
    link = ledger.links.read(token)
    if link is None:
        raise CardNotFound
    state = await _opened_card(ledger, link, now)
    if goes_on_as := state.goes_on_as:
        # The address of a merged card leads on to the one in its place, for as long as they are merged.
        state = decode_state(await ledger.pool.fetchval(CARD_AT_HOME, link.merchant_id, goes_on_as.id, now))
        # If the links have ended or the merge was undone in between, this one tells the address of the new page.
        if (await _opened_card(ledger, link, now)).goes_on_as != goes_on_as:
            return await card_page(ledger, unsubscribe_links, token, language, now)
    return await _page(ledger, unsubscribe_links, link.merchant_id, state, language=language, now=now)


async def page_of_card(
    ledger: Ledger,
    unsubscribe_links: UnsubscribeLinks,
    merchant_id: UUID,
    card_id: UUID,
    *,
    language: str,
    now: datetime,
) -> CardPage | None:
    """For a reader who has proved to be the holder. None for a card that is gone."""
    document = await ledger.pool.fetchval(CARD_AT_HOME, merchant_id, card_id, now)
    state = decode_state(document) if document else None
    if state is None:
        return None
    return await _page(ledger, unsubscribe_links, merchant_id, state, language=language, now=now)


async def _page(
    ledger: Ledger,
    unsubscribe_links: UnsubscribeLinks,
    merchant_id: UUID,
    state: CardState,
    *,
    language: str,
    now: datetime,
) -> CardPage:
    rows = await list_transactions(ledger.pool, merchant_id, card_id=state.card.id, limit=SHOWN)
    return CardPage(
        merchant_name=state.setup.merchant.name,
        store_code=state.setup.store.code,
        card=_own_card(Show(ledger.links, language, now).card(state)),
        transactions=[msgspec.convert(row.view(language), OwnBooking, from_attributes=True) for row in rows[:SHOWN]],
        privacy_url=state.program.privacy_url,
        store_language=state.setup.store.language,
        merchant_language=state.setup.merchant.language,
        email_choices_url=unsubscribe_links.url_on_card_page(merchant_id, state.customer.id)
        if state.customer
        else None,
        paused_store=None if is_live(state.setup) else state.setup.store.name,
    )


async def _opened_card(ledger: Ledger, link: CardLink, now: datetime) -> CardState:
    document = await ledger.pool.fetchval(CARD_AT_HOME, link.merchant_id, link.card_id, now)
    state = decode_state(document) if document else None
    if state is None or not ledger.links.opens(link, state.card.page_version):
        raise CardNotFound
    return state


def _own_card(card: CardView) -> OwnCardView:
    seen = {field: getattr(card, field) for field in OwnCardView.__struct_fields__}
    return OwnCardView(**seen | {"customer": HolderView(card.customer.name, card.customer.language)})
