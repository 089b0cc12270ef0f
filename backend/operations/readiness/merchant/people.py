"""The merchant's people: owners, and the PINs of those who work at its stores."""

from typing import NamedTuple

import asyncpg

from backend.core.database import within_merchant
from backend.core.sentence import say
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.schemas import RowState
from backend.operations.readiness.verdicts import RowVerdict
from backend.staff_pins.models import WRONG_MAX
from i18n.translator import N_, NN_

OWNERS = """
SELECT u.totp_secret IS NOT NULL OR EXISTS (SELECT FROM passkeys p WHERE p.user_id = u.id) AS has_factor
FROM merchant_members m JOIN users u ON u.id = m.user_id
WHERE m.merchant_id = $1 AND m.role = 'merchant_owner' AND m.left_at IS NULL AND u.is_active
"""
PINS = """
SELECT (SELECT p.staff_pin_policy FROM policies p WHERE p.merchant_id = $1) AS policy,
       count(DISTINCT s.user_id) AS people,
       count(DISTINCT s.user_id) FILTER (WHERE n.id IS NOT NULL AND n.is_active) AS with_pin,
       count(DISTINCT s.user_id) FILTER (WHERE n.wrong_in_a_row >= $2 OR n.locked_until > $3) AS locked
FROM store_members s
JOIN merchant_members m ON m.merchant_id = s.merchant_id AND m.user_id = s.user_id AND m.left_at IS NULL
LEFT JOIN staff_pins n ON n.merchant_id = s.merchant_id AND n.user_id = s.user_id
WHERE s.merchant_id = $1
"""

NO_OWNER = N_("Nobody owns this merchant: nothing can be changed in its office.")
INVITE = N_("Invite an owner on the page of the merchant.")
OWN = NN_("%(count)s owner.", "%(count)s owners.")
WITH_FACTOR = N_("with a second factor: %(ready)s")
NO_STAFF = N_("Nobody works at a store yet.")
INVITE_STAFF = N_("Let the owner invite the people who work at the tills.")
NOT_REQUIRED = N_("The policy requires no PINs.")
ALL_HAVE = N_("Everybody at the stores has a PIN.")
SOME_LACK = NN_(
    "The policy requires PINs, and %(count)s person at the stores has none.",
    "The policy requires PINs, and %(count)s people at the stores have none.",
)
SET_PINS = N_("Let them choose one on their profile; without it they record nothing.")
LOCKED = NN_("%(count)s PIN is locked.", "%(count)s PINs are locked.")
UNLOCK = N_("Somebody with the right can unlock it at the till; ask first who has tried.")


class PinFigures(NamedTuple):
    policy: str | None
    people: int
    with_pin: int
    locked: int


async def look_at_owners(probe: Probe) -> RowVerdict:
    rows: list[asyncpg.Record] = await probe.pool.fetch(OWNERS, probe.of_merchant)
    return judge_owners([row["has_factor"] for row in rows])


def judge_owners(factors: list[bool]) -> RowVerdict:
    """Whether each has a second factor."""
    if not factors:
        return RowVerdict("blocks", say(NO_OWNER), step=say(INVITE))
    return RowVerdict("ok", say(OWN, count=len(factors)), details=[say(WITH_FACTOR, ready=sum(factors))])


async def look_at_pins(probe: Probe) -> RowVerdict:
    async with within_merchant(probe.pool, probe.of_merchant) as connection:
        row = await connection.fetchrow(PINS, probe.of_merchant, WRONG_MAX, probe.now)
    return judge_pins(PinFigures(*row))


def judge_pins(pins: PinFigures) -> RowVerdict:
    if not pins.people:
        return RowVerdict("warning", say(NO_STAFF), step=say(INVITE_STAFF))
    missing = pins.people - pins.with_pin
    if pins.policy == "required" and missing:
        state: RowState = "blocks" if not pins.with_pin else "warning"
        return RowVerdict(state, say(SOME_LACK, count=missing), step=say(SET_PINS))
    if pins.locked:
        return RowVerdict("warning", say(LOCKED, count=pins.locked), step=say(UNLOCK))
    return RowVerdict("ok", say(ALL_HAVE if not missing else NOT_REQUIRED))
