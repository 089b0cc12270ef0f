"""Merges of two cards, from the owner's office."""

from uuid import UUID

from litestar import Controller, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import for_merchant
from backend.access.permissions import MANAGE_CARDS
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.operations.merge import MergeCards
from backend.loyalty.ledger.operations.unmerge import ReverseMerge, get_merge
from backend.loyalty.ledger.problems.cards import CardInactive, CardIsFrozen, CustomerHasCard
from backend.loyalty.ledger.problems.merges import CardHasHolds, MergeFinal, MergeNotFound, MergeUndone, StoresKeptApart
from backend.loyalty.ledger.routes.booking_route import ADJUST, Caller, booking_route, respond
from backend.loyalty.ledger.routes.problem_sets import IN_OFFICE
from backend.loyalty.ledger.schemas.merges import Merge, MergeReversal, MergeView


class MerchantMergeController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Merchant"]

    @booking_route(
        "/cards/{card_id:uuid}/merge",
        for_merchant(MANAGE_CARDS),
        operation_id="mergeCards",
        summary="Merge another card of the same person into this one",
        description="This card goes on with the points, stamps and debt of both; the other keeps its history. Its code "
        "and its page open this one, until this one is replaced or gets new links. Can be undone for 30 days.",
        view=MergeView,
        limit=ADJUST,
        problems=(
            *IN_OFFICE,
            CardInactive,
            CardIsFrozen,
            CardHasHolds,
            StoresKeptApart,
        ),
    )
    async def merge_cards(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Merge],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        request = caller.request(data, card_id=card_id, other_card_id=data.other_card_id)
        return respond(await ledger.book_together(MergeCards(data), request))

    @booking_route(
        "/merges/{merge_id:uuid}/reverse",
        for_merchant(MANAGE_CARDS),
        operation_id="reverseMerge",
        summary="Undo a merge",
        description="What is still there of the other card's points and stamps goes back to it with its expiry, and "
        "what is still owed of its debt. Sales made since stay on the card that was kept. The kept card's links end, "
        "for the other's page has shown them: its holder gets the new address by mail. So does the other's, with a new "
        "code, when theirs was retired with the kept card's.",
        view=MergeView,
        limit=ADJUST,
        problems=(
            *IN_OFFICE,
            CardInactive,
            CardIsFrozen,
            CardHasHolds,
            MergeNotFound,
            MergeUndone,
            MergeFinal,
            CustomerHasCard,
        ),
    )
    async def reverse_merge(
        self,
        merge_id: FromPath[UUID],
        data: JSONBody[MergeReversal],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        facts = await get_merge(ledger.pool, caller.origin.merchant_id, merge_id)
        kept_id, merged_id = facts.merge.kept_card_id, facts.merge.merged_card_id
        request = caller.request(data, card_id=kept_id, other_card_id=merged_id)
        return respond(await ledger.book_together(ReverseMerge(data, facts), request))
