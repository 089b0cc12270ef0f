"""Why the balance is what it is, asked at a till."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.access.guards import API_KEYS, requires
from backend.access.permissions import VIEW_PROGRAMS
from backend.access.problems import STAFF
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.loyalty.explanations.queries import get_facts
from backend.loyalty.explanations.routes.document import DESCRIPTION, SUMMARY
from backend.loyalty.explanations.schemas import ExplanationView
from backend.loyalty.explanations.views import explain
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.problems.cards import CardNotFound


class StoreExplanationController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Store"]
    opt = {API_KEYS: True}

    @get(
        "/cards/{card_id:uuid}/explanation",
        operation_id="explainCard",
        summary=SUMMARY,
        description=DESCRIPTION,
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, CardNotFound),
    )
    async def explain_card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> ExplanationView:
        return explain(await get_facts(ledger.pool, origin, card_id), origin)
