"""Every operation as every role, from the route table: who is let in, and who is refused with which code."""

import asyncpg
import pytest

from tests.architecture.cast import gather_cast
from tests.architecture.declared import OPEN, REQUIRED
from tests.architecture.guards import requirements
from tests.architecture.roles import LET_IN, ROLES
from tests.conftest import OpenShop
from tests.world.caller import Json, Promises
from tests.world.till import AnonymousCaller

REFUSED = {
    *("unauthenticated", "session_expired", "second_factor_missing", "password_needed", "confirmation_required"),
    *("stays_with_owner", "forbidden", "store_not_found", "store_required", "not_for_devices"),
}
ENDING = ("endOnBehalf", "signOut", "signOutCustomer", "signOutCustomerEverywhere")


def test_every_operation_is_declared_with_what_its_guards_require() -> None:
    """A new one goes into `declared.py`; one without a guard needs a reason there."""
    assert requirements() == REQUIRED
    assert all(OPEN.values())


@pytest.mark.usefixtures("as_in_production")
@pytest.mark.parametrize("role", ROLES)
async def test_a_role_is_let_in_where_its_rights_say_so_and_nowhere_else(
    role: str,
    opened: OpenShop,
    anonymous: AnonymousCaller,
    superuser: asyncpg.Connection,
    promises: Promises,
) -> None:
    cast = await gather_cast(opened, anonymous, superuser)
    caller, wrong = cast.callers[role], {}
    names = [operation["operationId"] for _, _, operation in promises.operations]
    verdicts = {name: ROLES[role].verdict(REQUIRED[name]) for name in names}
    ending = {name for name in ENDING if verdicts[name] == LET_IN}
    # After signing out a caller is nobody.
    for method, path, operation in sorted(promises.operations, key=lambda each: each[2]["operationId"] in ending):
        name = operation["operationId"]
        if name in ending:
            await superuser.execute("UPDATE customer_sessions SET ended_at = NULL")
        body: Json | None = {} if "requestBody" in operation else None
        answer = await caller.send(method, cast.belongings.address(path), json=body)
        code = answer.json().get("code") if "problem" in answer.headers.get("content-type", "") else None
        verdict = code if code in REFUSED and REQUIRED[name] else LET_IN
        assert answer.status_code < 500, (name, answer.text)
        assert answer.status_code != 429, name
        if verdict != verdicts[name]:
            wrong[name] = f"{verdict}, not {verdicts[name]}"
    assert wrong == {}
