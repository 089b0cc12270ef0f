"""In the office: what waits for a person, and what tablets may do offline."""

from uuid import UUID

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, at_some_store, for_merchant, limited, principal_of, stores_with
from backend.access.permissions import MANAGE_CARDS, MANAGE_DEVICES, MANAGE_PROGRAMS, VOID_TRANSACTIONS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest
from backend.devices.problems import DeviceNotFound
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.ledger.problems.bookings import (
    CategoryRequired,
    CategoryUnknown,
    OrderReferenceUsed,
    ProgramInactive,
    StampCooldown,
)
from backend.loyalty.ledger.problems.cards import CardBusy, CardInactive, CardNotFound
from backend.loyalty.ledger.problems.limits import LimitReached, OverrideRefused
from backend.loyalty.ledger.routes.problem_sets import REDEEMING, VOIDING
from backend.loyalty.offline.offline_rules import set_rules, show_rules
from backend.loyalty.offline.problems import AlreadyDecided, CannotBeBooked, OperationNotFound
from backend.loyalty.offline.review.actions import Review
from backend.loyalty.offline.review.queries import ReviewPage, list_review
from backend.loyalty.offline.review.rights import ReviewRights
from backend.loyalty.offline.schemas.review import ReviewDecision, ReviewList, ReviewOutcome
from backend.staff_pins.grants.schemas import OfflineRuleList, OfflineRulesView

BOOKING = (
    *VOIDING,
    CardNotFound,
    CardInactive,
    CardBusy,
    ProgramInactive,
    *REDEEMING,
    CategoryRequired,
    CategoryUnknown,
    OrderReferenceUsed,
    StampCooldown,
    LimitReached,
    OverrideRefused,
)


def _rights(request: ApiRequest, origin: Origin) -> ReviewRights:
    """Who lifts a limit is a person of the merchant: the booking names them."""
    principal = principal_of(request)
    return ReviewRights(
        stores_with(principal, MANAGE_DEVICES),
        stores_with(principal, MANAGE_CARDS),
        stores_with(principal, VOID_TRANSACTIONS),
        MANAGE_PROGRAMS in principal.merchant_permissions and origin.user_id is not None,
    )


class MerchantReviewController(Controller):
    path = "/devices/review"
    tags = ["Devices"]

    @get(
        operation_id="listReview",
        summary="What tablets did offline and a person has to decide, the oldest first",
        guards=[at_some_store(MANAGE_DEVICES)],
        responses={200: success(ReviewList)} | refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def review(
        self,
        request: ApiRequest,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> ReviewList:
        asked = ReviewPage(_rights(request, origin), limit, after)
        async with sessions.committing(origin.merchant_id) as session:
            return await list_review(session, origin, asked, cursors)

    @post(
        "/{review_id:uuid}/decide",
        operation_id="decideReview",
        summary="Book it, or dismiss it",
        description="Once: the same decision again changes nothing. Booked, it counts from when it happened. To book "
        "takes the right to do it at the till; `override` lifts limits, cooldown and the stamps of the day, and takes "
        "the right to set limits.",
        status_code=200,
        guards=[all_of(at_some_store(MANAGE_DEVICES), limited("decide_review", 120))],
        responses={200: success(ReviewOutcome)}
        | refusals(*SIGNED_IN, OperationNotFound, AlreadyDecided, CannotBeBooked, *BOOKING, ValidationFailed),
    )
    async def decide(
        self,
        request: ApiRequest,
        review_id: FromPath[UUID],
        data: JSONBody[ReviewDecision],
        origin: NamedDependency[Origin],
        enrollment: NamedDependency[Enrollment],
    ) -> ReviewOutcome:
        return await Review(enrollment, origin, _rights(request, origin)).decide(review_id, data)


class MerchantOfflineRuleController(Controller):
    path = "/loyalty/offline-rules"
    tags = ["Devices"]

    @get(
        operation_id="getOfflineRules",
        summary="What tablets may do without a network",
        guards=[for_merchant(MANAGE_PROGRAMS)],
        responses={200: success(OfflineRulesView)} | refusals(*SIGNED_IN),
    )
    async def rules(self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]) -> OfflineRulesView:
        async with sessions.committing(origin.merchant_id) as session:
            return await show_rules(session, origin.merchant_id)

    @put(
        operation_id="setOfflineRules",
        summary="Set what tablets may do without a network: these rules and no others",
        description="For grants from now on; how old an operation may be holds at once.",
        guards=[all_of(for_merchant(MANAGE_PROGRAMS), limited("set_offline_rules", 20))],
        responses={200: success(OfflineRulesView)} | refusals(*SIGNED_IN, DeviceNotFound, ValidationFailed),
    )
    async def set_rules(
        self, data: JSONBody[OfflineRuleList], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> OfflineRulesView:
        async with sessions.committing(origin.merchant_id) as session:
            return await set_rules(session, origin, data.rules)
