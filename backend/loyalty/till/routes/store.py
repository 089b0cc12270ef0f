"""What the till needs to know: the program, cards, its page."""

import asyncio
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.access.guards import API_KEYS, DEVICES, all_of, limited, requires
from backend.access.permissions import MANAGE_CARDS, VIEW_PROGRAMS
from backend.access.problems import STAFF
from backend.core.api_response import CONDITIONAL, UNCHANGED
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import empty, refusals
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.devices.principal import TILL_ONLY
from backend.loyalty.cards.schemas import CardLookup, CardMatches, CardView
from backend.loyalty.ledger.booking.checks import check_open
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.problems.bookings import ProgramInactive
from backend.loyalty.ledger.problems.cards import CardNotFound, CardReplacedBefore
from backend.loyalty.ledger.queries import get_setup, get_state
from backend.loyalty.ledger.setup_views import program_view
from backend.loyalty.ledger.views import Show
from backend.loyalty.programs.schemas import ProgramView
from backend.loyalty.till.queries import find_cards, list_recent, undo_for
from backend.loyalty.till.schemas import TillView
from backend.merchants.models import COUNTRY

FOR_KIOSKS = {"code", "email", "phone"}
"""What only the holder of a card knows. Names are no secret."""


class TillController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Store"]
    opt = {API_KEYS: True}

    @get(
        "/program",
        operation_id="getProgram",
        summary="The program as this store's till needs it",
        description="Rules, rewards and categories as they are now. A change of the rules has a new `version`.",
        opt={DEVICES: True, CONDITIONAL: True},
        guards=[requires(VIEW_PROGRAMS)],
        responses={304: empty(UNCHANGED)} | refusals(*STAFF, ProgramInactive),
    )
    async def program(self, origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]) -> ProgramView:
        setup = await get_setup(ledger.pool, origin)
        check_open(setup)
        return program_view(setup, origin.language)

    @get(
        "/till",
        operation_id="getTill",
        summary="Everything the till's page shows, in one call",
        description="The program, the latest transactions, what may still be undone, and a card on request.",
        opt={DEVICES: TILL_ONLY},
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, ProgramInactive, CardNotFound),
    )
    async def till(
        self,
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        card_id: Annotated[UUID | None, QueryParameter(description="Id of a card to be shown in `card`.")] = None,
    ) -> TillView:
        setup, rows, card = await asyncio.gather(
            get_setup(ledger.pool, origin),
            list_recent(ledger.pool, origin),
            _card(ledger, origin, card_id),
        )
        check_open(setup)
        return TillView(
            program=program_view(setup, origin.language),
            recent=[row.view(origin.language, masks=origin.device_id is not None) for row in rows],
            card=card,
            undo=undo_for(rows, origin.sign_in_id, origin.now),
        )

    @post(
        "/cards/lookup",
        operation_id="lookupCards",
        summary="Find cards by code, email, phone or name",
        description="The code of a merged card finds the one it was merged into; a replaced code is refused. A kiosk "
        "finds by code, email and whole phone number only.",
        opt={WORKS_IN_MAINTENANCE: True, DEVICES: True},
        status_code=200,
        guards=[all_of(requires(MANAGE_CARDS), limited("lookup", 120))],
        responses=refusals(*STAFF, ValidationFailed, CardReplacedBefore),
    )
    async def lookup(
        self, data: JSONBody[CardLookup], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> CardMatches:
        matched_by, states = await find_cards(ledger.pool, origin, data.query, [origin.country or COUNTRY])
        if origin.is_kiosk and matched_by not in FOR_KIOSKS:
            states = []
        show = _show(ledger, origin)
        return CardMatches([show.card(state) for state in states if state.customer is not None], matched_by)

    @get(
        "/cards/{card_id:uuid}",
        operation_id="getCard",
        summary="One card, by its id",
        description="A card that the store accepts. Every booking answers with the card again.",
        opt={DEVICES: True},
        guards=[requires(MANAGE_CARDS)],
        responses=refusals(*STAFF, CardNotFound),
    )
    async def card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> CardView:
        return _show(ledger, origin).card(await get_state(ledger.pool, origin, card_id))


def _show(ledger: Ledger, origin: Origin) -> Show:
    return Show.to(ledger.links, origin)


async def _card(ledger: Ledger, origin: Origin, card_id: UUID | None) -> CardView | None:
    if card_id is None:
        return None
    return _show(ledger, origin).card(await get_state(ledger.pool, origin, card_id))
