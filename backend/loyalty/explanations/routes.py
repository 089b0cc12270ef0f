"""Why is my balance this? Asked at a till, by the owner, and by the platform on behalf of a merchant."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.access.features import FeatureDisabled
from backend.access.guards import for_owner, for_platform, requires, together
from backend.access.permissions import VIEW_PROGRAMS
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.loyalty.explanations.queries import get_facts
from backend.loyalty.explanations.schemas import ExplanationView
from backend.loyalty.explanations.views import explain
from backend.loyalty.ledger.actions import Ledger
from backend.loyalty.ledger.problems import CardNotFound
from backend.loyalty.ledger.routes import STAFF
from backend.loyalty.office.guards import for_cards_merchant
from backend.loyalty.office.routes import SIGNED_IN

SUMMARY = "Why the balance is what it is"
DESCRIPTION = (
    "Each point traced to its sale, the rules it was earned under, what consumed it and what expires when. "
    "The numbers add up to the balance; the sentences tell them in the reader's language."
)


class StoreExplanationController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Store"]

    @get(
        "/cards/{card_id:uuid}/explanation",
        operation_id="explainCard",
        summary=SUMMARY,
        description=DESCRIPTION,
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, FeatureDisabled, CardNotFound),
    )
    async def explain_card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> ExplanationView:
        return explain(await get_facts(ledger.pool, origin, card_id), origin)


class MerchantExplanationController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Merchant"]

    @get(
        "/cards/{card_id:uuid}/explanation",
        operation_id="explainCardAsOwner",
        summary=SUMMARY,
        description=DESCRIPTION,
        guards=[for_owner(VIEW_PROGRAMS)],
        responses=refusals(*SIGNED_IN, CardNotFound),
    )
    async def explain_card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> ExplanationView:
        return explain(await get_facts(ledger.pool, origin, card_id), origin)


class AdminExplanationController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Admin"]

    @get(
        "/cards/{card_id:uuid}/explanation",
        operation_id="explainCardOnBehalf",
        summary=SUMMARY,
        description=DESCRIPTION,
        guards=[together(for_platform(VIEW_PROGRAMS), for_cards_merchant)],
        responses=refusals(*SIGNED_IN, CardNotFound),
    )
    async def explain_card(
        self, card_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> ExplanationView:
        return explain(await get_facts(ledger.pool, origin, card_id), origin)
