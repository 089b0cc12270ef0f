"""Each entry is chained to the one before: what is changed, removed or slipped in is found, and where it was."""

import asyncio

import asyncpg
import pytest

from backend.audit import chains
from backend.audit.actions import record_change
from backend.audit.chains import PLATFORM, Anchor, verify
from backend.audit.models import AuditEntry
from backend.services import Services
from tests.audit.entries import chain_of, change, origin_of, tamper
from tests.conftest import OpenShop
from tests.world.shop import Shop

COLUMNS = sorted(set(AuditEntry.__table__.columns.keys()) - {"merchant_id", "seq", "previous_digest", "digest"})
OTHER_VALUES = {
    "before": "'{\"limit\": null}'",
    "after": "'{}'",
    "on_behalf": "NOT on_behalf",
    "recorded_at": "recorded_at + interval '1 microsecond'",
}
SAMPLES = {"uuid": "gen_random_uuid()", "text": "'other'", "character varying": "'other'"}
OF_IT = "WHERE merchant_id = $1 AND seq"
WITH_ITS_DIGEST = f"""
    UPDATE audit_entries e SET user_name = 'Nobody', digest = audit_digest(
      to_jsonb(e) || '{{"user_name": "Nobody"}}', e.recorded_at, e.previous_digest) {OF_IT} =
"""
SLIPPED_IN = f"""
    INSERT INTO audit_entries SELECT (jsonb_populate_record(
      e, jsonb_build_object('seq', 9, 'id', gen_random_uuid(), 'previous_digest', e.digest))).*
    FROM audit_entries e {OF_IT} = 8
"""
FORGED = f"""
    INSERT INTO audit_entries SELECT (jsonb_populate_record(e, jsonb_build_object(
      'seq', 99, 'id', gen_random_uuid(), 'digest', '\\x00', 'previous_digest', '\\x00'))).*
    FROM audit_entries e {OF_IT} = 8
"""
HEAD_OF_SIX = f"""
    UPDATE audit_heads SET seq = 6, digest = (SELECT digest FROM audit_entries {OF_IT} = 6) WHERE merchant_id = $1
"""
TAMPERED = {
    "an entry changed": (f"UPDATE audit_entries SET user_name = 'Nobody' {OF_IT} = 4", "changed", 4),
    "an entry removed": (f"DELETE FROM audit_entries {OF_IT} = 4", "missing", 4),
    "the first one removed": (f"DELETE FROM audit_entries {OF_IT} = 1", "missing", 1),
    "the last two removed": (f"DELETE FROM audit_entries {OF_IT} > 6", "cut_off", 7),
    "all of them removed": ("DELETE FROM audit_entries WHERE merchant_id = $1", "cut_off", 1),
    "an entry changed with its digest": (f"{WITH_ITS_DIGEST} 4", "unlinked", 5),
    "the last one changed with its digest": (f"{WITH_ITS_DIGEST} 8", "rewritten", 8),
    "an entry slipped in at the end": (SLIPPED_IN, "changed", 9),
    "an entry put elsewhere": (f"UPDATE audit_entries SET seq = 103 {OF_IT} = 3", "missing", 3),
    "a head that forgot the last ones": (HEAD_OF_SIX, "beyond_head", 7),
}


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "ENTRIES_AT_ONCE", 3)


@pytest.fixture
async def recorded(services: Services, shop: Shop) -> Shop:
    """Eight entries."""
    await change(services, chain_of(shop), times=8)
    return shop


async def test_entries_are_numbered_and_the_chain_is_intact(services: Services, recorded: Shop) -> None:
    seen: list[int] = []
    report = await verify(services.pool, chain_of(recorded), on_checked=seen.append)
    assert (report.entries, report.fault) == (8, None)
    assert seen == [3, 3, 2], "in chunks"


@pytest.mark.parametrize("what", TAMPERED)
async def test_tampering_is_found_at_the_first_entry_that_is_wrong(
    services: Services, superuser: asyncpg.Connection, recorded: Shop, what: str
) -> None:
    statement, fault, seq = TAMPERED[what]
    await tamper(superuser, statement, recorded.merchant_id)
    report = await verify(services.pool, chain_of(recorded))
    assert (report.fault, report.faulty_seq) == (fault, seq)
    assert str(seq) in report.sentence


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_digest_covers_every_column(
    services: Services, superuser: asyncpg.Connection, recorded: Shop, column: str
) -> None:
    kind = "SELECT data_type FROM information_schema.columns WHERE table_name = 'audit_entries' AND column_name = $1"
    value = OTHER_VALUES.get(column) or SAMPLES[await superuser.fetchval(kind, column)]
    await tamper(
        superuser,
        f"UPDATE audit_entries SET {column} = {value} WHERE merchant_id = $1 AND seq = 5",
        recorded.merchant_id,
    )
    report = await verify(services.pool, chain_of(recorded))
    assert (report.fault, report.faulty_seq) == ("changed", 5)


async def test_somebody_who_rewrites_entries_and_head_alike_is_found_out_by_a_head_that_was_kept(
    services: Services, superuser: asyncpg.Connection, recorded: Shop
) -> None:
    before = await verify(services.pool, chain_of(recorded))
    kept = Anchor(before.entries, bytes.fromhex(before.head or ""))
    await tamper(superuser, "DELETE FROM audit_entries WHERE merchant_id = $1 AND seq > 6", recorded.merchant_id)
    await tamper(superuser, HEAD_OF_SIX, recorded.merchant_id)
    assert (await verify(services.pool, chain_of(recorded))).fault is None, "nothing in the database tells"
    report = await verify(services.pool, chain_of(recorded), (kept,))
    assert (report.fault, report.faulty_seq) == ("cut_off", 7)
    await change(services, chain_of(recorded), times=2)
    report = await verify(services.pool, chain_of(recorded), (kept,))
    assert (report.fault, report.faulty_seq) == ("rewritten", 8)


async def test_the_application_cannot_choose_number_and_digest(services: Services, recorded: Shop) -> None:
    async with services.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.merchant_id', $1, true)", str(recorded.merchant_id))
        await connection.execute(FORGED, recorded.merchant_id)
    report = await verify(services.pool, chain_of(recorded))
    assert (report.entries, report.fault) == (9, None)


@pytest.mark.parametrize("change_of_head", ["UPDATE audit_heads SET seq = 0", "DELETE FROM audit_heads"])
async def test_the_application_cannot_write_the_head(services: Services, change_of_head: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await services.pool.execute(change_of_head)


async def test_simultaneous_changes_of_a_merchant_are_numbered_one_after_the_other(
    services: Services, shop: Shop
) -> None:
    await asyncio.gather(*(change(services, chain_of(shop), times=3) for _ in range(20)))
    report = await verify(services.pool, chain_of(shop))
    assert (report.entries, report.fault) == (60, None)


async def test_changes_of_several_chains_at_once_never_wait_for_each_other(
    services: Services, opened: OpenShop
) -> None:
    """The heads are locked in one order, independent of the order of the changes."""
    mine, theirs = chain_of(await opened()), chain_of(await opened())
    orders = ((mine, theirs, PLATFORM), (PLATFORM, theirs, mine), (theirs, PLATFORM, mine))
    await asyncio.gather(*(change(services, *order) for order in orders * 8))
    for chain in (mine, theirs):
        assert (await verify(services.pool, chain)).entries == 24
    assert (await verify(services.pool, PLATFORM)).fault is None


async def test_a_change_that_fails_leaves_no_gap(services: Services, recorded: Shop) -> None:
    async def fail() -> None:
        async with services.sessions.committing(recorded.merchant_id) as session:
            record_change(session, origin_of(recorded.merchant_id), "fraud_limits.changed", after={"limit": 1})
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    await change(services, chain_of(recorded))
    report = await verify(services.pool, chain_of(recorded))
    assert (report.entries, report.fault) == (9, None)
