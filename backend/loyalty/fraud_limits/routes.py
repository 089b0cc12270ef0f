"""The owner's limits against fraud."""

from litestar import Controller, Response, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_PROGRAMS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, content_etag
from backend.loyalty.fraud_limits.actions import set_limits
from backend.loyalty.fraud_limits.queries import show_limits
from backend.loyalty.fraud_limits.schemas import FraudLimitList, FraudLimitsView


class MerchantFraudLimitController(Controller):
    path = "/loyalty/fraud-limits"
    tags = ["Loyalty - Merchant"]

    @get(
        operation_id="listFraudLimits",
        summary="The limits against fraud",
        guards=[for_merchant(MANAGE_PROGRAMS)],
        responses={200: success(FraudLimitsView)} | refusals(*SIGNED_IN),
    )
    async def limits(
        self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[FraudLimitsView]:
        async with sessions.committing(origin.merchant_id) as session:
            limits = await show_limits(session, origin.merchant_id)
        return Response(limits, headers=content_etag(limits))

    @put(
        operation_id="setFraudLimits",
        summary="Set the limits against fraud: these and no others",
        description="A booking beyond a limit is refused with `limit_reached` and the moment when it will be possible. "
        "The owner, or somebody who may change the program, can lift limits for one booking with a PIN.",
        guards=[all_of(for_merchant(MANAGE_PROGRAMS), limited("set_limits", 20))],
        responses={200: success(FraudLimitsView)} | refusals(*SIGNED_IN, PreconditionRequired, Stale, ValidationFailed),
    )
    async def set_limits(
        self,
        data: JSONBody[FraudLimitList],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[FraudLimitsView]:
        async with sessions.committing(origin.merchant_id) as session:
            limits = await set_limits(session, origin, data.limits, if_match)
        return Response(limits, headers=content_etag(limits))
