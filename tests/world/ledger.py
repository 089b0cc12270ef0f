"""The promises of the ledger that hold after every booking: those the audit of the nights looks at."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from backend.core.clock import clock
from backend.loyalty.ledger.audit.actions import BEGIN, FIRST, LAST, check, check_merchant
from backend.loyalty.ledger.audit.findings import Audited, Range, Totals, Violation

MERCHANTS = "SELECT id, code FROM merchants WHERE id = ANY($1) OR $1 = '{}'"


async def violations(superuser: asyncpg.Connection, merchant_ids: Iterable[UUID] = ()) -> list[Violation]:
    """Of these merchants; without any, of all there are."""
    merchants = [Audited(*row) for row in await superuser.fetch(MERCHANTS, list(merchant_ids))]
    return [broken for merchant in merchants for broken in await _violations_of(superuser, merchant)]


async def _violations_of(superuser: asyncpg.Connection, merchant: Audited) -> list[Violation]:
    """Within the open transaction, so that a fault that is planted and rolled back is seen."""
    totals = Totals()
    async with superuser.transaction():
        await superuser.execute("SET LOCAL ROLE orion_app")
        await superuser.execute(BEGIN)
        found = await check(superuser, Range(merchant, FIRST, LAST, 0), totals)
        return found + await check_merchant(superuser, merchant, totals, clock.now())


async def assert_ledger_adds_up(superuser: asyncpg.Connection, merchant_ids: Iterable[UUID] = ()) -> None:
    broken = await violations(superuser, merchant_ids)
    assert not broken, broken[:5]
