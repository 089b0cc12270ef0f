"""The owner's office: finding cards, and today's figures."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.access.guards import API_KEYS, all_of, for_merchant, limited
from backend.access.permissions import MANAGE_CARDS, VIEW_ANALYTICS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.loyalty.cards.schemas import CardLookup, CardMatches
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.problems.cards import CardReplacedBefore
from backend.loyalty.ledger.views import Show
from backend.loyalty.till.queries import find_cards
from backend.loyalty.till.schemas import TodayView
from backend.loyalty.till.today import get_today
from backend.merchants.queries import list_countries


class MerchantFinderController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Merchant"]
    opt = {API_KEYS: True}

    @post(
        "/cards/lookup",
        operation_id="lookupCardsAsOwner",
        opt={WORKS_IN_MAINTENANCE: True},
        summary="Find cards of the merchant by code, email, phone or name",
        status_code=200,
        guards=[all_of(for_merchant(MANAGE_CARDS), limited("lookup", 120))],
        responses=refusals(*SIGNED_IN, ValidationFailed, CardReplacedBefore),
    )
    async def lookup(
        self,
        data: JSONBody[CardLookup],
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        sessions: NamedDependency[Sessions],
    ) -> CardMatches:
        countries = await list_countries(sessions, origin.merchant_id)
        matched_by, states = await find_cards(ledger.pool, origin, data.query, countries)
        show = Show.to(ledger.links, origin)
        return CardMatches([show.card(state) for state in states if state.customer is not None], matched_by)


class MerchantTodayController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Merchant"]
    opt = {API_KEYS: True}

    @get(
        "/today",
        operation_id="getToday",
        summary="Today’s figures of the merchant and of each store",
        description="Each store’s day is that of its time zone.",
        guards=[all_of(for_merchant(VIEW_ANALYTICS), limited("today", 60))],
        responses=refusals(*SIGNED_IN),
    )
    async def today(self, origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]) -> TodayView:
        return await get_today(ledger.pool, origin.merchant_id, origin.now)
