"""The boards on a real database in which something is wrong."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg

from backend.core.clock import clock
from backend.core.encryption import seal
from backend.core.keys import KeyRing
from backend.core.sentence import say
from backend.operations.heartbeats.actions import beating, write_heartbeat
from backend.operations.readiness.actions import merchant_board, open_probe, platform_board
from backend.operations.readiness.board import OF_A_COMMAND, Check, Patience, run_checks
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.schemas import ReadinessRow
from backend.operations.readiness.verdicts import RowVerdict
from backend.services import Services
from backend.settings.sealing import place_of
from tests.conftest import OwnTown, Town
from tests.world.caller import refused
from tests.world.shop import Shop, hire_admin

ABOUT_PROCESS = "SELECT kind, pid, version FROM process_heartbeats WHERE id = $1"
NOBODYS = "SET session_replication_role = replica"


async def rows_of(services: Services) -> dict[str, ReadinessRow]:
    board = await platform_board(open_probe(services, services.live), "en", OF_A_COMMAND)
    return {row.name: row for row in board.rows}


async def rows_of_merchant(shop: Shop) -> dict[str, ReadinessRow]:
    board = await merchant_board(open_probe(shop.services, shop.services.live), shop.code.upper(), "en", OF_A_COMMAND)
    return {row.name: row for row in board.rows}


async def break_things(town: Town) -> None:
    """A text was removed, the schema is older, a worker was killed, a key was lost, an event was given up."""
    execute = town.superuser.execute
    await execute(NOBODYS)
    await execute("DELETE FROM email_templates WHERE code = 'loyalty_birthday' AND language = 'lb'")
    await execute("UPDATE alembic_version SET version_num = 'older'")
    now = clock.now()
    worker = "INSERT INTO process_heartbeats VALUES (gen_random_uuid(), 'worker', 'b', 7, '0', 3500, $1, $1)"
    await execute(worker, now - timedelta(minutes=5))
    columns = "id, name, created_at, started_at, finished_at"
    run = f"INSERT INTO task_runs ({columns}) VALUES (gen_random_uuid(), 'expire_points', $1, $1, $1)"
    await execute(run, now - timedelta(hours=40))
    lost = seal(KeyRing(["a key that was lost"]), "secret", place_of("smtp_password"))
    await execute(
        "INSERT INTO setting_overrides (key, category, sealed_value, updated_at, updated_by_name) "
        "VALUES ('smtp_password', 'email', $1, $2, 'Ada')",
        lost,
        now,
    )
    await execute("UPDATE outbox SET dead_at = $1, last_error = 'refused'", now)


async def test_what_was_broken_is_found_with_the_next_step(own_town: OwnTown) -> None:
    clock.reset()
    async with own_town() as town:
        shop = await town.open_shop()
        await shop.a_card()
        await break_things(town)
        rows = await rows_of(town.services)
    found = {name: (row.state, row.command) for name, row in rows.items()}
    assert found["migrations"] == ("blocks", "orion migrate up")
    assert found["email_templates"] == ("blocks", "orion templates seed")
    assert found["workers"] == ("blocks", "")
    assert found["expire_points"] == ("blocks", "orion points expire")
    assert rows["secrets"].details == ["setting_overrides.sealed_value 1"]
    assert rows["clocks"].evidence == "The clock of b and that of PostgreSQL differ by: 3 seconds."
    assert (rows["outbox"].state, rows["role"].state, rows["backends"].state) == ("warning", "ok", "ok")
    assert not [row for row in rows.values() if row.state == "unknown"]


async def test_a_check_that_hangs_or_fails_is_unknown_and_keeps_nobody_waiting(services: Services) -> None:
    async def hang(_: Probe) -> RowVerdict:
        await asyncio.Event().wait()
        raise AssertionError

    async def fail(_: Probe) -> RowVerdict:
        raise OSError

    async def work(_: Probe) -> RowVerdict:
        return RowVerdict("ok", say("Nothing waits."))

    checks = [Check(name, "work", name, look) for name, look in (("hangs", hang), ("fails", fail), ("works", work))]
    rows = await run_checks(open_probe(services, services.live), checks, "en", Patience(0.05, 10))
    assert [(row.state, row.evidence) for row in rows] == [
        ("unknown", "The check did not end in time."),
        ("unknown", "The check failed (OSError)."),
        ("ok", "Nothing waits."),
    ]
    impatient = await run_checks(open_probe(services, services.live), checks, "en", Patience(10, 0.05))
    assert [row.state for row in impatient] == ["unknown", "unknown", "ok"]


async def test_a_process_shows_that_it_runs_until_it_ends(services: Services) -> None:
    named = UUID(int=4711)
    await write_heartbeat(services.sessions, named, "worker")
    await write_heartbeat(services.sessions, named, "worker")
    row = await services.pool.fetchrow(ABOUT_PROCESS, named)
    assert (row["kind"], row["version"]) == ("worker", "0.1.0")
    clock.move(timedelta(days=2))
    async with beating(services.sessions, "backend"):
        pass
    assert await services.pool.fetchrow(ABOUT_PROCESS, named) is None, "it was killed long ago"


async def test_a_merchant_that_is_ready_and_one_that_is_not(shop: Shop, superuser: asyncpg.Connection) -> None:
    ready = await rows_of_merchant(shop)
    assert {name for name, row in ready.items() if row.state == "blocks"} == set()
    for change in (
        "UPDATE programs SET terms_text = '{}', terms_url = NULL",
        "UPDATE stores SET is_active = false",
        "UPDATE store_members SET permissions = '{x.y}'",
    ):
        await superuser.execute(f"{change} WHERE merchant_id = $1", shop.merchant_id)
    broken = await rows_of_merchant(shop)
    assert {name for name, row in broken.items() if row.state == "blocks"} == {"program", "stores"}
    assert (broken["permissions"].state, broken["permissions"].details) == ("warning", [shop.code])


async def test_administrators_read_the_boards_in_their_language(shop: Shop, services: Services) -> None:
    paul = await hire_admin(services, shop.claire, "Paul")
    board = await paul.reading("de").get("/admin/readiness")
    assert board["merchant_code"] is None
    assert next(row for row in board["rows"] if row["name"] == "disk")["title"] == "Festplatte"
    of_shop = await paul.get("/admin/readiness", params={"merchant_code": shop.code})
    assert (of_shop["merchant_code"], of_shop["rows"][0]["name"]) == (shop.code, "program")
    with refused("merchant_not_found", 404):
        await paul.get("/admin/readiness", params={"merchant_code": "nobody"})
    with refused("forbidden", 403):
        await shop.claire.get("/admin/readiness")
