"""A merchant of the test's own: opened in milliseconds, with any rules."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from sqlalchemy import Executable, NullPool, select
from sqlalchemy.ext.asyncio import create_async_engine

from backend.access.features import LOYALTY
from backend.access.models import FeatureOverride
from backend.access.permissions import TILL
from backend.core.clock import clock
from backend.core.database import DIALECT, enter_merchant
from backend.core.hashing import hash_now
from backend.core.idempotency import Key
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.identity.models import AccessToken
from backend.identity.queries import token_hash
from backend.loyalty.cards.models import Card as CardTable
from backend.loyalty.categories.models import Category
from backend.loyalty.customers.schemas import Person
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.schemas.bookings import Earn, Stamp
from backend.loyalty.programs.models import Program, TermsVersion
from backend.loyalty.rewards.models import Reward
from backend.merchants.models import Merchant, Policy, Store, StoreCode
from backend.services import Services
from backend.staff.models import MerchantMember, StoreMember, User
from backend.staff_pins.models import StaffPin
from backend.staff_pins.rules import peppered
from tests.world import PASSWORD
from tests.world.caller import new_key
from tests.world.office import PlatformOffice
from tests.world.till import Card, Till

Rules = dict[str, Any]
FOREVER = timedelta(days=36500)


@cache
def password_hash() -> str:
    return hash_now(PASSWORD)


@dataclass
class Shop:
    """A private Fashion Group: Anna and the owner Claire at the hub, Luc at the outlet.

    The owner must name a store; `claire` is at the hub.
    """

    services: Services
    merchant_id: UUID
    code: str
    hub: str
    outlet: str
    store_ids: dict[str, UUID]
    program_id: UUID
    anna: Till
    luc: Till
    claire: Till
    user_ids: dict[str, UUID]
    emails: dict[str, str]
    rewards: dict[int, str] = field(default_factory=dict)
    """Ids by the points they need."""
    categories: list[str] = field(default_factory=list)
    """Ids, of the hub."""

    async def change(self, table: type[Any], **values: Any) -> None:
        """Sets columns on all rows the merchant has in a table, also where the application may not."""
        await self._as_owner(table.__table__.update().where(table.merchant_id == self.merchant_id).values(values))

    async def add(self, table: type[Any], **values: Any) -> None:
        """A row of the merchant's, also where the application may add none."""
        await self._as_owner(table.__table__.insert().values(values | {"merchant_id": self.merchant_id}))

    async def _as_owner(self, statement: Executable) -> None:
        connect = partial(asyncpg.connect, self.services.settings.migration_url)
        engine = create_async_engine(DIALECT, async_creator=connect, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.exec_driver_sql(f"SET app.merchant_id = '{self.merchant_id}'")
            await connection.execute(statement)

    async def publish(self, **terms: Any) -> None:
        """A new terms version, in force at once."""
        async with self.services.sessions.committing(self.merchant_id) as session:
            program = await session.get_one(Program, (self.merchant_id, self.program_id))
            version = program.terms_version + 1
            session.add(_terms(self.merchant_id, self.program_id, version, terms))
        await self.change(Program, terms_version=version)

    async def switch_loyalty(self, *, is_enabled: bool, at: str | None = None) -> None:
        """A store goes live by it; without a store: all that have no switch of their own."""
        store_id = self.store_ids[at] if at else None
        told = {"feature": LOYALTY, "store_id": store_id, "is_enabled": is_enabled}
        await self.add(FeatureOverride, id=new_id(), changed_by="Paul Klein", updated_at=clock.now(), **told)

    async def give_pin(self, name: str, pin: str) -> None:
        """To anna, luc or claire, in place of the one they had."""
        user_id = self.user_ids[name]
        verifier = hash_now(peppered(self.services.key_ring, self.merchant_id, user_id, pin)[0])
        async with self.services.sessions.committing(self.merchant_id) as session:
            theirs = select(StaffPin).where(StaffPin.merchant_id == self.merchant_id, StaffPin.user_id == user_id)
            row = await session.scalar(theirs)
            if row is None:
                row = StaffPin(merchant_id=self.merchant_id, user_id=user_id, created_at=clock.now())
                session.add(row)
            row.verifier, row.set_at, row.is_active = verifier, clock.now(), True
            row.failed_count = row.wrong_in_a_row = 0
            row.locked_until = None

    async def a_card(self, *, points: int = 0, stamps: int = 0, at: str | None = None, **person: Any) -> Card:
        """Enrolled now; the stamps were given on days before, one a day."""
        now, store = clock.now(), at or self.hub
        who = Person(**{"email": f"{uuid4().hex}@example.com"} | person)
        reply = await self.services.enrollment.by_staff(self.origin(store, now), who, None)
        card: Card = msgspec.json.decode(reply.body)
        for day in range(stamps, 0, -1):
            await self.book(AddStamp(Stamp()), card, at=store, now=now - timedelta(days=2 * day))
        if points:
            sale = EarnPoints(self.earned(store, points))
            card = (await self.book(sale, card, at=store, now=now))["card"]
        return await self.claire.at(store).show(card) if stamps else card

    def earned(self, store: str, points: int) -> Earn:
        categories = [UUID(self.categories[0])] if self.categories and store == self.hub else []
        return Earn(purchase_amount_cents=points * 100, category_ids=categories)

    async def erase(self, card: Card) -> None:
        """Nobody's any more."""
        async with self.services.sessions.committing(self.merchant_id) as session:
            row = await session.get_one(CardTable, (self.merchant_id, UUID(card["id"])))
            row.state, row.customer_id, row.erased_at = "erased", None, clock.now()

    async def book(
        self, operation: Operation, card: Card, *, at: str | None = None, now: datetime | None = None
    ) -> Any:
        """Past the API: at any time, as often as one likes."""
        origin = self.origin(at or self.hub, now or clock.now())
        request = BookingRequest(origin, Key(new_key(), "00"), card_id=UUID(card["id"]))
        reply = await self.services.ledger.book(operation, request)
        return msgspec.json.decode(reply.body)

    def origin(self, store: str, now: datetime) -> Origin:
        return Origin.of_nobody(self.merchant_id, now, instance="test", store_id=self.store_ids[store])

    async def sign_in_again(self, name: str) -> Till:
        """At a second till, beside the first."""
        token = await one_more_session(self.services, self.user_ids[name], self.merchant_id)
        return Till(self.anna.http, self.anna._promises, token)

    async def hire(self, store: str, permissions: Collection[str] = TILL) -> Till:
        """One more colleague at a store."""
        user = _user("store_member", uuid4().hex[:8])
        token = _token(user, self.merchant_id)
        async with self.services.sessions.committing() as session:
            session.add(user)
            await session.flush()
            await enter_merchant(session, self.merchant_id)
            session.add_all([token[1], _member(self.merchant_id, user.id, "store_member")])
            await session.flush()
            session.add(_place(self.merchant_id, self.store_ids[store], user.id, permissions))
        return Till(self.anna.http, self.anna._promises, token[0])


async def one_more_session(
    services: Services, user_id: UUID, merchant_id: UUID | None, *, is_confirmed: bool = False
) -> str:
    """The token. `is_confirmed`: the password was given just now."""
    async with services.sessions.committing() as session:
        token, row = _token(await session.get_one(User, user_id), merchant_id)
        row.confirmed_at = clock.now() if is_confirmed else None
        session.add(row)
    return token


async def hire_admin(services: Services, anonymous: Any, name: str, role: str = "platform_admin") -> PlatformOffice:
    """One of the platform's own people, whose sign-in outlives every move of the clock."""
    user = _user(role, uuid4().hex)
    user.name, user.platform_role = name, role
    token, row = _token(user, None)
    async with services.sessions.committing() as session:
        session.add(user)
        await session.flush()
        session.add(row)
    return PlatformOffice(anonymous.http, anonymous._promises, token)


async def open_shop(
    services: Services,
    anonymous: Any,
    *,
    policy: Rules | None = None,
    program: Rules | None = None,
    terms: Rules | None = None,
    rewards: list[Rules] | None = None,
    categories: int = 0,
    timezone: str = "Europe/Luxembourg",
) -> Shop:
    """A point per euro, ten stamps, no welcome bonus, rewards for 100 and 500 points, PINs optional, no categories."""
    tag, now, merchant_id, program_id = uuid4().hex[:10].upper(), clock.now(), new_id(), new_id()
    hub, outlet = f"HUB{tag}", f"OUTLET{tag}"
    store_ids = {hub: new_id(), outlet: new_id()}
    users = {
        "claire": _user("merchant_owner", tag),
        "anna": _user("store_member", tag),
        "luc": _user("store_member", tag),
    }
    for name, user in users.items():
        user.name, user.email, user.email_norm = (
            name.title(),
            f"{name}{tag}@x.example",
            f"{name}{tag}@x.example".lower(),
        )
    tokens = {name: _token(user, merchant_id) for name, user in users.items()}
    offered = [{"points_required": points} for points in (100, 500)] if rewards is None else rewards
    reward_rows = [_reward(merchant_id, program_id, told, place) for place, told in enumerate(offered, start=1)]
    category_rows = [_category(merchant_id, store_ids[hub], position + 1) for position in range(categories)]
    async with services.sessions.committing() as session:
        session.add(
            Merchant(
                id=merchant_id,
                code=tag.lower(),
                name="Fashion Group",
                timezone=timezone,
                default_language="en",
                currency="EUR",
                created_at=now,
            )
        )
        session.add_all(users.values())
        await session.flush()
        await enter_merchant(session, merchant_id)
        session.add(Policy(merchant_id=merchant_id, **policy or {}))
        session.add_all(
            Store(merchant_id=merchant_id, id=store_id, code=code, name=code[:3], timezone=timezone, created_at=now)
            for code, store_id in store_ids.items()
        )
        session.add_all(
            _member(merchant_id, user.id, "merchant_owner" if name == "claire" else "store_member")
            for name, user in users.items()
        )
        session.add(_program(merchant_id, program_id, program or {}))
        await session.flush()
        session.add(_terms(merchant_id, program_id, 1, terms or {}))
        session.add_all(
            StoreCode(code=code, merchant_id=merchant_id, store_id=store_id) for code, store_id in store_ids.items()
        )
        session.add_all(token for _, token in tokens.values())
        session.add(_place(merchant_id, store_ids[hub], users["anna"].id))
        session.add(_place(merchant_id, store_ids[outlet], users["luc"].id))
        session.add_all([*reward_rows, *category_rows])
    tills = {name: Till(anonymous.http, anonymous._promises, token) for name, (token, _) in tokens.items()}
    return Shop(
        services=services,
        merchant_id=merchant_id,
        code=tag.lower(),
        hub=hub,
        outlet=outlet,
        store_ids=store_ids,
        program_id=program_id,
        anna=tills["anna"],
        luc=tills["luc"],
        claire=tills["claire"].at(hub),
        user_ids={name: user.id for name, user in users.items()},
        emails={name: user.email for name, user in users.items()},
        rewards={row.points_required: str(row.id) for row in reward_rows},
        categories=[str(row.id) for row in category_rows],
    )


def _user(role: str, tag: str) -> User:
    email = f"{role}.{tag.lower()}@x.example"
    return User(
        id=new_id(),
        email=email,
        email_norm=email,
        name=role,
        password_hash=password_hash(),
        created_at=clock.now(),
    )


def _token(user: User, merchant_id: UUID | None) -> tuple[str, AccessToken]:
    """One that outlives every move of the clock."""
    token, now = secrets.token_urlsafe(32), clock.now()
    return token, AccessToken(
        token_hash=token_hash(token),
        user_id=user.id,
        merchant_id=merchant_id,
        created_at=now,
        last_seen_at=now + FOREVER,
        expires_at=now + FOREVER,
    )


def _member(merchant_id: UUID, user_id: UUID, role: str) -> MerchantMember:
    now = clock.now()
    return MerchantMember(merchant_id=merchant_id, user_id=user_id, role=role, joined_at=now, updated_at=now)


def _place(merchant_id: UUID, store_id: UUID, user_id: UUID, permissions: Collection[str] = TILL) -> StoreMember:
    return StoreMember(merchant_id=merchant_id, store_id=store_id, user_id=user_id, permissions=sorted(permissions))


def _program(merchant_id: UUID, program_id: UUID, rules: Rules) -> Program:
    told = {"type": "hybrid", "name": "Fashion Club", "card_name": "Fashion Club", "card_color": "#414FD2"}
    return Program(
        merchant_id=merchant_id,
        id=program_id,
        **told | {"terms_text": {"en": "A point for every euro."}, "default_language": "en"} | rules,
        terms_version=1,
        created_at=clock.now(),
    )


def _terms(merchant_id: UUID, program_id: UUID, version: int, rules: Rules) -> TermsVersion:
    return TermsVersion(
        merchant_id=merchant_id,
        program_id=program_id,
        version=version,
        published_at=clock.now(),
        **{"stamp_reward": {"en": "Free accessory", "fr": "Accessoire offert"}} | rules,
    )


def _reward(merchant_id: UUID, program_id: UUID, rules: Rules, position: int) -> Reward:
    named = {"name": {"en": "Voucher", "fr": "Bon"}, "description": {}} | rules
    return Reward(
        merchant_id=merchant_id,
        id=new_id(),
        program_id=program_id,
        position=position,
        created_at=clock.now(),
        updated_at=clock.now(),
        **named,
    )


def _category(merchant_id: UUID, store_id: UUID, position: int) -> Category:
    name = {"en": f"Category {position}", "fr": f"Rayon {position}"}
    return Category(merchant_id=merchant_id, id=new_id(), store_id=store_id, name=name, position=position)
