"""Rewards in the owner's office."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_REWARDS
from backend.access.problems import SIGNED_IN
from backend.core.creation import RepeatKey, create_once
from backend.core.database import Sessions
from backend.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.core.openapi import refusals, success
from backend.core.openapi.headers import sends
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.repository import ListQuery
from backend.core.schemas import Page
from backend.core.versions import IfMatch, PreconditionRequired, Stale, versioned
from backend.loyalty.programs.problems import ProgramMissing
from backend.loyalty.rewards import actions
from backend.loyalty.rewards.problems import RewardArchived, RewardNotFound
from backend.loyalty.rewards.queries import SORTINGS, get_reward, list_rewards
from backend.loyalty.rewards.schemas import (
    RewardChange,
    RewardDetail,
    RewardDraft,
    RewardMove,
    RewardOrder,
    RewardStatus,
)

READS = (for_merchant(MANAGE_REWARDS),)
WRITES = (all_of(for_merchant(MANAGE_REWARDS), limited("change_rewards", 60)),)
VERSIONED = (*SIGNED_IN, RewardNotFound, PreconditionRequired, Stale)

Search = Annotated[
    str,
    QueryParameter(name="query", max_length=100, description="Words of its texts, without regard to case and accents."),
]
State = Annotated[
    RewardStatus | None,
    QueryParameter(name="state", description="State of the rewards. Without it: all but archived ones."),
]
AtStore = Annotated[UUID | None, QueryParameter(description="Id of a store: rewards that are handed over there.")]
Sort = Annotated[
    RewardOrder,
    QueryParameter(description="Order of the list. With a minus sign: descending."),
]


class MerchantRewardController(Controller):
    path = "/loyalty/rewards"
    tags = ["Loyalty - Merchant"]

    @get(
        operation_id="listRewards",
        summary="Rewards, in the order in which they are offered",
        guards=READS,
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def rewards(
        self,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        text: Search = "",
        reward_state: State = None,
        store_id: AtStore = None,
        sort: Sort = "position",
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[RewardDetail]:
        filters = (text, reward_state, store_id)
        asked = ListQuery("rewards", filters, SORTINGS[sort], limit=limit, after=after, now=origin.now)
        async with sessions.committing(origin.merchant_id) as session:
            return await list_rewards(session, origin, asked, cursors, text=text, state=reward_state, store_id=store_id)

    @post(
        operation_id="createReward",
        summary="Add a reward",
        guards=WRITES,
        response_headers=sends("Location"),
        responses={201: success(RewardDetail)}
        | refusals(*SIGNED_IN, ProgramMissing, IdempotencyKeyMissing, IdempotencyKeyReused, ValidationFailed),
    )
    async def create(
        self,
        data: JSONBody[RewardDraft],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        repeat_key: RepeatKey = None,
    ) -> Response[bytes]:
        return await create_once(
            sessions, origin, repeat_key, data, lambda session: actions.create_reward(session, origin, data)
        )

    @get(
        "/{reward_id:uuid}",
        operation_id="getReward",
        summary="One reward, also an archived one",
        guards=READS,
        responses={200: success(RewardDetail)} | refusals(*SIGNED_IN, RewardNotFound),
    )
    async def reward(
        self, reward_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[RewardDetail]:
        return await _respond(sessions, origin, lambda session: get_reward(session, origin, reward_id))

    @patch(
        "/{reward_id:uuid}",
        operation_id="changeReward",
        summary="Change a reward",
        description="What was redeemed before keeps its points; open holds keep theirs.",
        guards=WRITES,
        responses={200: success(RewardDetail)} | refusals(*VERSIONED, RewardArchived, ValidationFailed),
    )
    async def change(
        self,
        reward_id: FromPath[UUID],
        data: JSONBody[RewardChange],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[RewardDetail]:
        return await _respond(
            sessions, origin, lambda session: actions.change_reward(session, origin, reward_id, data, if_match)
        )

    @put(
        "/{reward_id:uuid}/position",
        operation_id="moveReward",
        summary="Move a reward in the list",
        description="Needs no `If-Match`: its version stays the same.",
        guards=WRITES,
        responses={200: success(RewardDetail)} | refusals(*SIGNED_IN, RewardNotFound, RewardArchived, ValidationFailed),
    )
    async def move(
        self,
        reward_id: FromPath[UUID],
        data: JSONBody[RewardMove],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
    ) -> Response[RewardDetail]:
        return await _respond(
            sessions, origin, lambda session: actions.move_reward(session, origin, reward_id, data.position)
        )

    @put(
        "/{reward_id:uuid}/archive",
        operation_id="archiveReward",
        summary="Archive a reward: it is no longer offered and stays in the history",
        description="What is held for a customer is still handed over.",
        guards=WRITES,
        responses={200: success(RewardDetail)} | refusals(*VERSIONED),
    )
    async def archive(
        self,
        reward_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[RewardDetail]:
        return await _respond(
            sessions, origin, lambda session: actions.archive_reward(session, origin, reward_id, if_match)
        )

    @delete(
        "/{reward_id:uuid}/archive",
        operation_id="restoreReward",
        summary="Take a reward out of the archive",
        guards=WRITES,
        status_code=200,
        responses={200: success(RewardDetail)} | refusals(*VERSIONED),
    )
    async def restore(
        self,
        reward_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[RewardDetail]:
        return await _respond(
            sessions, origin, lambda session: actions.restore_reward(session, origin, reward_id, if_match)
        )


async def _respond(
    sessions: Sessions, origin: Origin, work: Callable[[AsyncSession], Awaitable[RewardDetail]]
) -> Response[RewardDetail]:
    """One transaction, and the reward with its ETag."""
    async with sessions.committing(origin.merchant_id) as session:
        return versioned(await work(session))
