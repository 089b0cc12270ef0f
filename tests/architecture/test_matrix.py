"""Every operation as every role, from the route table: who is let in, and who is refused with which code."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from backend.access.permissions import BY_ROLE, FOR_MERCHANT, GIVEN
from backend.services import Services
from tests.architecture.declared import OPEN, REQUIRED
from tests.architecture.guards import AT_A_STORE, SIGNED_IN, requirements
from tests.conftest import OpenShop
from tests.world.belongings import TEMPLATE, Values, belongings_of
from tests.world.caller import Caller, Promises
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller

REFUSED = {"unauthenticated", "session_expired", "forbidden", "store_not_found", "store_required"}
LET_IN = "let in"
OWNER = BY_ROLE["merchant_owner"]
NOBODY = frozenset[str]()


@dataclass(frozen=True)
class Role:
    """`at_store`: the permissions at the store that is asked; None: they do not work there."""

    refusal: str | None = None
    at_store: frozenset[str] | None = None
    of_merchant: frozenset[str] = NOBODY
    of_platform: frozenset[str] = NOBODY
    is_staff: bool = True

    def verdict(self, required: str) -> str:
        if not required:
            return LET_IN
        if self.refusal:
            return self.refusal
        verdicts = {self._verdict(*part.partition(": ")[::2]) for part in required.split(" and ")}
        return min(verdicts, key=[*sorted(REFUSED), LET_IN].index)

    def _verdict(self, where: str, permission: str) -> str:
        if where in {"store", AT_A_STORE} and self.at_store is None:
            return "store_not_found"
        held = {"store": self.at_store, "merchant": self.of_merchant, "platform": self.of_platform}.get(where)
        is_let_in = {SIGNED_IN: True, AT_A_STORE: True, "staff": self.is_staff}.get(where, permission in (held or ()))
        return LET_IN if is_let_in else "forbidden"


ROLES = {
    "super admin": Role(of_platform=BY_ROLE["super_admin"], is_staff=False),
    "platform admin": Role(of_platform=BY_ROLE["platform_admin"], is_staff=False),
    "owner": Role(at_store=OWNER, of_merchant=OWNER),
    "member with all permissions": Role(at_store=GIVEN, of_merchant=FOR_MERCHANT),
    "member with none": Role(at_store=NOBODY),
    "member of another store": Role(),
    "owner of another merchant": Role(of_merchant=OWNER),
    "member who has left": Role(refusal="unauthenticated"),
    "customer": Role(refusal="unauthenticated"),
    "nobody": Role(refusal="unauthenticated"),
    "expired session": Role(refusal="session_expired"),
    "revoked session": Role(refusal="unauthenticated"),
}
EVERY_ROLE = pytest.mark.parametrize("role", ROLES)


def test_every_operation_is_declared_with_what_its_guards_require() -> None:
    """A new one goes into `declared.py`; one without a guard needs a reason there."""
    assert requirements() == REQUIRED
    assert all(OPEN.values())


@dataclass(frozen=True)
class World:
    shop: Shop
    belongings: Values
    callers: dict[str, Caller]


@pytest.fixture
async def world(
    opened: OpenShop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> World:
    shop, theirs = await opened(), await opened()
    admin = await hire_admin(services, anonymous, "Paul")
    belongings = await belongings_of(shop, admin)
    gone, late, revoked = await shop.hire(shop.hub), await shop.hire(shop.hub), await shop.sign_in_again("anna")
    await leave(superuser, await gone.me())
    await expire(superuser, await late.me())
    await revoked.sign_out()
    callers = {
        "super admin": await hire_admin(services, anonymous, "Ada", "super_admin"),
        "platform admin": admin,
        "owner": shop.claire,
        "member with all permissions": await shop.hire(shop.hub, permissions=GIVEN),
        "member with none": await shop.hire(shop.hub, permissions=NOBODY),
        "member of another store": shop.luc,
        "owner of another merchant": theirs.claire,
        "member who has left": gone,
        "customer": Caller(anonymous.http, anonymous._promises, belongings["token"]),
        "nobody": anonymous,
        "expired session": late,
        "revoked session": revoked,
    }
    return World(shop, belongings, {name: caller.but(x_store_code=shop.hub) for name, caller in callers.items()})


async def leave(superuser: asyncpg.Connection, me: dict[str, Any]) -> None:
    await superuser.execute("UPDATE merchant_members SET left_at = now() WHERE user_id = $1", me["id"])


async def expire(superuser: asyncpg.Connection, me: dict[str, Any]) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    await superuser.execute("UPDATE access_tokens SET expires_at = $2 WHERE user_id = $1", me["id"], past)


def address(path: str, belongings: Values) -> str:
    known = belongings | {"code": TEMPLATE["admin" if "/admin/" in path else "merchant"]}
    return re.sub(r"\{(\w+)\}", lambda name: known[name[1]], path.removeprefix("/api/v1"))


@EVERY_ROLE
async def test_a_role_is_let_in_where_its_rights_say_so_and_nowhere_else(
    role: str, world: World, promises: Promises
) -> None:
    caller, wrong = world.callers[role], {}
    # Whoever has signed out is nobody.
    for method, path, operation in sorted(promises.operations, key=lambda each: each[2]["operationId"] == "signOut"):
        name = operation["operationId"]
        body = {"json": {}} if "requestBody" in operation else {}
        answer = await caller.send(method, address(path, world.belongings), **body)
        code = answer.json().get("code") if "problem" in answer.headers.get("content-type", "") else None
        verdict = code if code in REFUSED and REQUIRED[name] else LET_IN
        assert answer.status_code < 500, (name, answer.text)
        if verdict != (expected := ROLES[role].verdict(REQUIRED[name])):
            wrong[name] = f"{verdict}, not {expected}"
    assert wrong == {}
