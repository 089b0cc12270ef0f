"""The rules for tills: admins change them; the merchant reads them, and sets after how long its tills lock."""

from litestar import Controller, Response, get, patch, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.access.guards import all_of, for_merchant, for_platform, limited
from backend.access.permissions import MANAGE_MERCHANTS, MANAGE_PROGRAMS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.merchants.guards import for_named_merchant
from backend.merchants.policy.actions import set_policy
from backend.merchants.policy.queries import get_policy, show_policy
from backend.merchants.policy.schemas import OwnPolicyChange, PolicyBody, PolicyDetail
from backend.merchants.problems import MerchantNotFound


class AdminPolicyController(Controller):
    path = "/merchants/{merchant_code:str}/policy"
    tags = ["Admin"]

    @get(
        operation_id="getPolicyOfMerchant",
        summary="A merchant’s rules for tills",
        guards=[all_of(for_platform(MANAGE_MERCHANTS), for_named_merchant)],
        responses={200: success(PolicyDetail)} | refusals(*SIGNED_IN, MerchantNotFound),
    )
    async def policy(
        self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[PolicyDetail]:
        return await _respond(sessions, origin)

    @put(
        operation_id="setPolicyOfMerchant",
        summary="Change a merchant’s rules for tills",
        description="In force with the next request of a till.",
        guards=[all_of(for_platform(MANAGE_MERCHANTS), limited("set_policy", 30), for_named_merchant)],
        responses={200: success(PolicyDetail)}
        | refusals(*SIGNED_IN, MerchantNotFound, PreconditionRequired, Stale, ValidationFailed),
    )
    async def change(
        self,
        data: JSONBody[PolicyBody],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[PolicyDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await set_policy(session, origin, data, if_match))


class MerchantPolicyController(Controller):
    path = "/policy"
    tags = ["Merchant"]

    @get(
        operation_id="getPolicy",
        summary="The merchant’s rules for tills",
        description="Administrators of the platform change them, except for `lock_after_minutes`.",
        guards=[for_merchant(MANAGE_PROGRAMS)],
        responses={200: success(PolicyDetail)} | refusals(*SIGNED_IN),
    )
    async def policy(
        self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[PolicyDetail]:
        return await _respond(sessions, origin)

    @patch(
        operation_id="changePolicy",
        summary="After how long an unused till locks",
        description="In force with the next request of a till. Everything else is changed by administrators.",
        guards=[all_of(for_merchant(MANAGE_PROGRAMS), limited("set_policy", 30))],
        responses={200: success(PolicyDetail)} | refusals(*SIGNED_IN, PreconditionRequired, Stale, ValidationFailed),
    )
    async def change(
        self,
        data: JSONBody[OwnPolicyChange],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[PolicyDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await set_policy(session, origin, data, if_match))


async def _respond(sessions: Sessions, origin: Origin) -> Response[PolicyDetail]:
    async with sessions.committing(origin.merchant_id) as session:
        return versioned(await show_policy(session, await get_policy(session, origin.merchant_id)))
