"""Why the balance is what it is, asked by the owner."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.access.guards import API_KEYS, for_merchant
from backend.access.permissions import VIEW_PROGRAMS
from backend.access.problems import SIGNED_IN
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.loyalty.explanations.queries import get_facts
from backend.loyalty.explanations.routes.document import DESCRIPTION, SUMMARY
from backend.loyalty.explanations.schemas import ExplanationView
from backend.loyalty.explanations.views import explain
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.problems.cards import CardNotFound


class MerchantExplanationController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Merchant"]

    @get(
        "/cards/{card_id:uuid}/explanation",
        operation_id="explainCardAsOwner",
        summary=SUMMARY,
        description=DESCRIPTION,
        opt={API_KEYS: True},
        guards=[for_merchant(VIEW_PROGRAMS)],
        responses=refusals(*SIGNED_IN, CardNotFound),
    )
    async def explain_card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> ExplanationView:
        return explain(await get_facts(ledger.pool, origin, card_id), origin)
