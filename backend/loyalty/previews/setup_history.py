"""What a merchant has set up, and had set up when it booked."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.ledger.booking.setup import (
    HomeStore,
    ProgramState,
    RewardState,
    Setup,
    StoreState,
    TermsState,
    decode_setup,
)
from backend.loyalty.programs.models import TermsVersion
from backend.loyalty.rewards.models import Reward
from backend.merchants.models import Store


@dataclass(frozen=True)
class SetupHistory:
    """Everything of a merchant that a replay needs beside its cards."""

    merchant_id: UUID
    setup: Setup
    """As it is now; of some store."""
    stores: dict[UUID, HomeStore]
    """Closed ones too."""
    versions: dict[int, TermsState]
    stamp_value_cents: int
    """What a full stamp card is worth under the terms in force."""
    point_value_cents: Fraction
    """What a point is worth in the cheapest reward offered; 0 without any."""

    @property
    def program(self) -> ProgramState:
        assert self.setup.program is not None, "a program was asked for"
        return self.setup.program

    @property
    def terms(self) -> TermsState:
        """In force now."""
        assert self.setup.terms is not None, "a program has terms"
        return self.setup.terms

    def add_newer(self, newer: "SetupHistory") -> None:
        """Terms published and stores opened since; what is tried, and compared with, stays."""
        self.versions.update(newer.versions)
        self.stores.update(newer.stores)
        self.__dict__.pop("_open", None)

    @cached_property
    def _open(self) -> Setup:
        """A booking counts as allowed at its store, also when the store has been closed since."""
        every = [StoreState(store.id, store.code, store.name) for store in self.stores.values()]
        policy = replace(self.setup.policy, allow_cross_location_redemption=True, log_ip_addresses=False)
        return replace(self.setup, stores=every, policy=policy)

    def setup_of(
        self, store_id: UUID, program: ProgramState, terms: TermsState, reward: tuple[UUID, int] | None
    ) -> Setup:
        """`reward`: what was handed over, for so many points a piece; it was offered then and in stock."""
        rewards = [RewardState(reward[0], {}, {}, reward[1], None, None, [])] if reward else []
        return replace(self._open, store=self.stores[store_id], program=program, terms=terms, rewards=rewards)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which terms a past is replayed: everything under its own, or all of it under a draft."""

    program: ProgramState
    versions: dict[int, TermsState]
    draft: TermsState | None = None

    @property
    def are_past(self) -> bool:
        return self.draft is None

    def of_version(self, version: int) -> TermsState:
        return self.draft or self.versions[version]

    def at(self, moment: datetime) -> TermsState:
        """In force at a moment of which no line tells the version."""
        published = [version for version, terms in self.versions.items() if terms.published_at <= moment]
        return self.of_version(max(published, default=min(self.versions)))


async def read_setup_history(session: AsyncSession, merchant_id: UUID, now: datetime) -> SetupHistory | None:
    """None while the merchant has no program."""
    stores = {
        store.id: HomeStore(store.id, store.code, store.name, store.timezone, store.country, store.language)
        for store in await session.scalars(select(Store).where(Store.merchant_id == merchant_id).order_by(Store.code))
    }
    if not stores:
        return None
    document = await session.scalar(select(cast(func.till_setup(merchant_id, next(iter(stores)), now), Text)))
    assert document is not None, "a store has a merchant with a policy"
    setup = decode_setup(document)
    if setup.program is None or setup.terms is None:
        return None
    versions = list(
        await session.scalars(
            select(TermsVersion).where(
                TermsVersion.merchant_id == merchant_id, TermsVersion.program_id == setup.program.id
            )
        )
    )
    return SetupHistory(
        merchant_id=merchant_id,
        setup=setup,
        stores=stores,
        versions={version.version: _terms(version) for version in versions},
        stamp_value_cents=next(v.stamp_reward_value_cents for v in versions if v.version == setup.terms.version),
        point_value_cents=await _point_value(session, merchant_id, setup),
    )


def _terms(version: TermsVersion) -> TermsState:
    columns: dict[str, Any] = {name: getattr(version, name) for name in TermsState.__struct_fields__}
    return msgspec.convert(columns, TermsState)


async def _point_value(session: AsyncSession, merchant_id: UUID, setup: Setup) -> Fraction:
    offered = [reward.id for reward in setup.rewards]
    cheapest = await session.scalar(
        select(Reward)
        .where(Reward.merchant_id == merchant_id, Reward.id.in_(offered))
        .order_by(Reward.points_required, Reward.id)
        .limit(1)
    )
    return Fraction(cheapest.value_cents, cheapest.points_required) if cheapest else Fraction(0)
