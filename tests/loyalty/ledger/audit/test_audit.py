"""The audit finds every broken promise, says whose it is, and finds nothing where nothing is broken."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from click.testing import CliRunner, Result
from prometheus_client import REGISTRY

from backend.cli import orion as cli
from backend.core.clock import clock
from backend.core.settings import Settings
from backend.loyalty.ledger.audit import actions
from backend.loyalty.ledger.audit.promises.statement import SAYS
from backend.loyalty.ledger.tasks.time_out_holds import time_out_holds
from backend.operations.ledger import tasks
from backend.operations.monitoring.gauges import measure
from backend.operations.task_runs.queries import state_of
from backend.services import Services
from tests.conftest import LogLines, OpenShop, OwnTown, Town
from tests.world.caller import refused
from tests.world.ledger import violations
from tests.world.shop import Shop
from tests.world.till import Card
from workers.jobs import ledger as jobs
from workers.schedule import SCHEDULE

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TERMS = {"expiry_kind": "inactivity", "expiry_days": 30, "cooldown_minutes": 0}


@pytest.fixture
async def eventful(opened: OpenShop) -> tuple[Shop, Card, Card]:
    """A card to which everything has happened, and another one beside it to which little has."""
    shop = await opened(terms=TERMS, rewards=[{"points_required": 10, "stock": 50}])
    card, bystander = await shop.a_card(points=40, stamps=3), await shop.a_card(points=20)
    first = await shop.anna.earn(card, cents=2550, order_reference=f"R-{card['id']}")
    await shop.publish(**TERMS | {"points_numerator": 3, "points_denominator": 7})
    second = await shop.anna.earn(card, cents=1000)
    await shop.claire.void(first, amount_cents=550)
    await shop.claire.void(second)
    redeemed = await shop.anna.redeem(card, shop.rewards[10], quantity=2)
    await shop.claire.void(redeemed, quantity=1)
    confirmed, released, _ = [await shop.anna.reserve(card, shop.rewards[10]) for _ in range(3)]
    await shop.anna.confirm(card, confirmed["hold"])
    await shop.anna.release(card, released["hold"])
    clock.move(11 * MINUTE)
    await time_out_holds(shop.services.pool, [shop.merchant_id], clock.now())
    await shop.anna.reserve(card, shop.rewards[10])
    await shop.claire.adjust(card, 7)
    clock.move(20 * DAY)
    await shop.anna.redeem(card, shop.rewards[10])
    clock.move(40 * DAY)
    await shop.anna.earn(card, cents=3000)
    clock.reset()
    return shop, card, bystander


UNKNOWN = UUID(int=7)
LINE = "UPDATE transactions SET {} WHERE card_id = $1 AND {}"
HOLD = "UPDATE holds SET {} WHERE card_id = $1 AND state = '{}'"
LOTS = "SELECT id FROM lots WHERE card_id = $1"
# $1 the card, $2 the one beside it. What else such a fault breaks is told too.
FAULTS = {
    "a balance of one more": ("UPDATE cards SET points_balance = points_balance + 1 WHERE id = $1", "I1 I2 I11 I12"),
    "a stamp of one more": ("UPDATE cards SET stamp_count = stamp_count + 1 WHERE id = $1", "I1 I2 I11 I12"),
    "a debt nobody made": ("UPDATE cards SET debt_points = 1 WHERE id = $1", "I1 I11 I12"),
    "a lot with one less": (
        "UPDATE lots SET remaining = remaining - 1 WHERE card_id = $1 AND unit = 'points' AND remaining > 0",
        "I2 I4",
    ),
    "a lot that became larger": (
        ("UPDATE lots SET original = original + 1 WHERE card_id = $1 AND idle_days = 30 AND original = 40"),
        "I3 I4",
    ),
    "a lot that changed hands": (
        ("UPDATE lots SET card_id = $2 WHERE card_id = $1 AND remaining > 0 AND unit = 'points'"),
        "I2 I4",
    ),
    "an allocation of one more": (
        (
            "UPDATE allocations SET amount = amount + 1 WHERE ctid IN (SELECT a.ctid FROM allocations a JOIN lots l "
            "ON l.id = a.lot_id WHERE l.card_id = $1 AND a.amount > 0 LIMIT 1)"
        ),
        "I3 I4",
    ),
    "an allocation that vanished": (f"DELETE FROM allocations WHERE lot_id IN ({LOTS})", "I3 I4"),
    "a line worth one more": (LINE.format("amount = amount + 1", "kind = 'adjusted'"), "I1 I3 I7 I11 I12"),
    "a return of more than was paid": (LINE.format("purchase_amount_cents = 300", "order_reference <> ''"), "I5 I7 I9"),
    "a return of more points than were earned": (
        LINE.format("reversed_points = reversed_points + 100", "reversed_points > 0"),
        "I5 I7 I9",
    ),
    "more pieces back than were handed over": (
        LINE.format("quantity = 3", "kind = 'voided' AND quantity = 1"),
        "I5 I7",
    ),
    "a return of a return": (
        LINE.format(
            "voids_id = (SELECT id FROM transactions WHERE card_id = $1 AND kind = 'adjusted')",
            "kind = 'voided' AND quantity = 1",
        ),
        "I5 I7",
    ),
    "paid from a lot that had expired": (
        "UPDATE lots SET expires_at = '2020-01-01', idle_days = NULL WHERE card_id = $1 AND original = 40",
        "I6",
    ),
    "paid from a lot that had been idle": ("UPDATE lots SET idle_days = 10 WHERE card_id = $1", "I6"),
    "paid from another card's lot": (
        (
            "UPDATE allocations SET lot_id = (SELECT id FROM lots WHERE card_id = $2 LIMIT 1) WHERE ctid = "
            "(SELECT a.ctid FROM allocations a JOIN lots l ON l.id = a.lot_id "
            "WHERE l.card_id = $1 AND a.amount = 10 LIMIT 1)"
        ),
        "I4 I6",
    ),
    "a line removed": ("DELETE FROM transactions WHERE card_id = $1 AND seq = 1", "I7 I8"),
    "the last line removed": (
        "DELETE FROM transactions WHERE card_id = $1 AND seq = (SELECT last_seq FROM cards WHERE id = $1)",
        "I1 I2 I7 I8 I9 I11 I12",
    ),
    "another store written in": (LINE.format("store_id = NULL", "seq = 2"), "I7"),
    "another moment written in": (LINE.format("recorded_at = recorded_at - interval '1 s'", "seq = 2"), "I7"),
    "a line forged with its digest": (
        (
            "UPDATE transactions t SET order_reference = 'forged', "
            'digest = chain_digest(b.digest, jsonb_populate_record(t, \'{"order_reference": "forged"}\')) '
            "FROM transactions b "
            "WHERE t.card_id = $1 AND t.seq = 3 AND b.card_id = $1 AND b.seq = 2"
        ),
        "I7",
    ),
    "a card that forgot its last digest": ("UPDATE cards SET last_digest = NULL WHERE id = $1", "I7"),
    "an event that vanished": ("DELETE FROM events WHERE data ->> 'card_id' = ($1::uuid)::text", "I8"),
    "an event of another name": (
        (
            "UPDATE outbox SET event_name = 'planted' WHERE id = (SELECT id FROM events "
            "WHERE data ->> 'card_id' = ($1::uuid)::text LIMIT 1)"
        ),
        "I8",
    ),
    "a carried fraction of a little more": (
        (
            "UPDATE cards SET carry_numerator = carry_numerator + 1, carry_denominator = carry_denominator + 1 "
            "WHERE id = $1"
        ),
        "I9",
    ),
    "a sale of another worth": (
        LINE.format("purchase_amount_cents = purchase_amount_cents + 1", "purchase_amount_cents = 3000"),
        "I7 I9",
    ),
    "more set aside than there was": (HOLD.format("amount = 1000", "timed_out"), "I10"),
    "a hold that was never paid": (HOLD.format("state = 'confirmed'", "released"), "I10"),
    "a hold that paid and was given back": (HOLD.format("state = 'released'", "confirmed"), "I10"),
    "a hold that paid too late": (HOLD.format("expires_at = reserved_at", "confirmed"), "I10"),
    "a hold that ended too early": (HOLD.format("settled_at = reserved_at", "timed_out"), "I10"),
    "a balance beside a line": (LINE.format("points_after = points_after + 1", "seq = 2"), "I7 I11"),
    "a debt beside a line": (LINE.format("debt_after = debt_after + 1", "seq = 3"), "I3 I7 I11"),
    "a transfer from nowhere": (LINE.format("kind = 'transferred'", "kind = 'adjusted'"), "I7 I12"),
}


async def test_every_planted_fault_is_reported_with_its_card(
    eventful: tuple[Shop, Card, Card], superuser: asyncpg.Connection
) -> None:
    shop, card, bystander = eventful
    assert await violations(superuser, [shop.merchant_id]) == []
    found, expected = {}, {}
    for name, (fault, broken) in FAULTS.items():
        found[name] = await planted(superuser, shop, card, bystander, fault)
        expected[name] = set(broken.split())
    assert {name: (found[name], expected[name]) for name in found if found[name] != expected[name]} == {}
    assert {invariant for broken in expected.values() for invariant in broken} == set(SAYS)


async def planted(superuser: asyncpg.Connection, shop: Shop, card: Card, bystander: Card, fault: str) -> set[str]:
    """Which promises of this card, or of no single one, are broken. Past the triggers and keys that would refuse."""
    ids = [UUID(card["id"]), UUID(bystander["id"])]
    savepoint = superuser.transaction()
    await savepoint.start()
    try:
        await superuser.execute("SET LOCAL session_replication_role = replica")
        changed = await superuser.execute(fault, *(ids if "$2" in fault else ids[:1]))
        assert not changed.endswith(" 0"), fault
        told = await violations(superuser, [shop.merchant_id])
    finally:
        await savepoint.rollback()
    assert all(broken.card_code == card["code"].replace(" ", "") for broken in told if broken.card_id == ids[0])
    assert {broken.card_id for broken in told} <= {ids[0], None} | ({ids[1]} if "$2" in fault else set())
    return {broken.invariant for broken in told if broken.card_id != ids[1]}


Orion = Callable[..., Awaitable[Result]]


def orion_of(settings: Settings) -> Orion:
    told = {
        "ORION_ENVIRONMENT": "test",
        "ORION_DATABASE_URL": settings.database_url,
        "ORION_DATABASE_OWNER_URL": settings.migration_url,
        "ORION_REDIS_URL": settings.redis_url,
        "ORION_SECRET_KEYS": settings.secret_keys,
    }

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli.orion, list(words), env=told)

    return run


async def plant(town: Town, card: Card) -> None:
    """A fault that stays."""
    async with town.superuser.transaction():
        await town.superuser.execute("SET LOCAL session_replication_role = replica")
        await town.superuser.execute("UPDATE transactions SET store_id = NULL WHERE card_id = $1", UUID(card["id"]))


def bare(card: Card) -> str:
    return str(card["code"].replace(" ", ""))


@pytest.mark.slow
async def test_the_command_checks_every_card_in_ranges_and_exits_with_what_it_found(
    own_town: OwnTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CARDS_AT_ONCE", 2)
    async with own_town() as town:
        orion = orion_of(town.settings)
        shop, other = await town.open_shop(), await town.open_shop()
        cards = [await shop.a_card(points=10) for _ in range(5)]
        await other.a_card(points=10)
        clean = await orion("ledger", "audit", "--json")
        facts = json.loads(clean.stdout)
        counted = await town.superuser.fetchrow("SELECT count(DISTINCT card_id), count(*) FROM transactions")
        assert (clean.exit_code, facts["cards"], facts["transactions"]) == (0, *counted)
        assert facts["violations"] == []
        await plant(town, cards[3])
        found = await orion("ledger", "audit", "--json")
        (broken,) = json.loads(found.stdout)["violations"]
        assert found.exit_code == 1
        told = (broken["invariant"], broken["card_id"], broken["card_code"], broken["merchant"])
        assert told == ("I7", cards[3]["id"], bare(cards[3]), shop.code)
        assert broken["facts"]["first_unchained"] == 1
        spoken = await orion("ledger", "audit", "--merchant", shop.code)
        assert spoken.exit_code == 1
        assert f"broken by {bare(cards[3])} of {shop.code}" in spoken.stdout
        assert (await orion("ledger", "audit", "--merchant", other.code)).exit_code == 0
        unknown = await orion("ledger", "audit", "--merchant", "nobody")
        assert (unknown.exit_code, unknown.output.strip()) == (1, "There is no such merchant")


@pytest.mark.slow
async def test_the_nightly_audit_freezes_a_doubtful_card_for_redemption_until_a_person_has_looked(
    own_town: OwnTown, log_lines: LogLines
) -> None:
    async with own_town() as town:
        orion, services = orion_of(town.settings), town.services
        shop = await town.open_shop()
        card, bystander = await shop.a_card(points=200), await shop.a_card(points=200)
        assert state_of(await tasks.audit_ledger(services.pool, services.sessions), clock.now()) == "done"
        await plant(town, card)
        run = await tasks.audit_ledger(services.pool, services.sessions)
        assert state_of(run, clock.now()) == "partly_done"
        assert run.failures == {card["id"]: "I7 is broken"}
        assert (run.counts["violations"], run.counts["frozen"]) == (1, 1)
        await measure(services.pool, services.sessions, clock.now())
        assert REGISTRY.get_sample_value("orion_ledger_violations", {"invariant": "I7"}) == 1
        assert REGISTRY.get_sample_value("orion_ledger_violations", {"invariant": "I1"}) == 0
        (line,) = [line for line in log_lines() if line["event"] == "ledger_violation"]
        assert (line["level"], line["card_id"]) == ("error", card["id"])
        with refused("card_frozen", 409):
            await shop.anna.redeem(card, shop.rewards[100])
        assert (await shop.anna.earn(card, cents=100))["points_earned"] == 1
        await shop.anna.redeem(bystander, shop.rewards[100])
        again = await tasks.audit_ledger(services.pool, services.sessions)
        assert again.counts["frozen"] == 0

        lifted = await orion("ledger", "unfreeze", bare(card), "--reason", "Restored from the backup")
        assert lifted.exit_code == 0, lifted.output
        await shop.anna.redeem(card, shop.rewards[100])
        assert (await orion("ledger", "unfreeze", bare(card), "--reason", "again")).exit_code == 1
        assert (await orion("ledger", "unfreeze", "BDFH", "--reason", "nobody's")).exit_code == 1
        told = await town.superuser.fetch(
            "SELECT name, data FROM events WHERE name LIKE 'card_%frozen' AND data ->> 'card_id' = $1 ORDER BY id",
            card["id"],
        )
        assert [(row["name"], json.loads(row["data"])) for row in told] == [
            ("card_frozen", {"card_id": card["id"], "invariants": ["I7"]}),
            ("card_unfrozen", {"card_id": card["id"], "reason": "Restored from the backup"}),
        ]
        await tasks.audit_ledger(services.pool, services.sessions)
        with refused("card_frozen", 409):
            await shop.anna.redeem(card, shop.rewards[100])


@pytest.mark.slow
async def test_what_is_booked_while_the_audit_runs_is_no_fault(
    opened: OpenShop, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CARDS_AT_ONCE", 3)
    shop = await opened(rewards=[{"points_required": 10, "stock": 500}])
    cards = [await shop.a_card(points=100) for _ in range(6)]
    merchants = await tasks.audited(services.sessions, shop.merchant_id)

    async def trade(card: Card) -> None:
        for _ in range(3):
            sale = await shop.anna.earn(card, cents=1050)
            await shop.luc.redeem(card, shop.rewards[10])
            await shop.claire.void(sale, amount_cents=500)
            held = await shop.luc.reserve(card, shop.rewards[10])
            await shop.anna.confirm(card, held["hold"])

    trading = asyncio.gather(*(trade(card) for card in cards))
    while not trading.done():
        result = await tasks.look_at_ledger(services.pool, merchants)
        assert result.violations == []
        await asyncio.sleep(0)
    await trading
    assert result.cards == 6


async def test_the_audit_sees_one_merchant_at_a_time(opened: OpenShop, services: Services) -> None:
    one, other = await opened(), await opened()
    for shop in (one, other):
        await shop.a_card(points=10)
    for shop in (one, other):
        result = await tasks.look_at_ledger(services.pool, await tasks.audited(services.sessions, shop.merchant_id))
        assert (result.merchants, result.cards, result.transactions) == (1, 1, 2)


@pytest.mark.slow
async def test_the_command_books_what_has_expired_or_says_what_would(own_town: OwnTown) -> None:
    """The command has the machine's own clock: here the points have ended long ago."""
    async with own_town() as town:
        orion = orion_of(town.settings)
        shop = await town.open_shop(terms={"expiry_kind": "rolling", "expiry_days": 10})
        clock.move(-20 * DAY)
        for _ in range(3):
            await shop.a_card(points=10)
        clock.reset()
        tried = await orion("points", "expire", "--merchant", shop.code, "--dry-run", "--json")
        assert json.loads(tried.stdout)["expired_points"] == 30
        done = await orion("points", "expire", "--merchant", shop.code, "--json")
        facts = json.loads(done.stdout)
        assert (done.exit_code, facts["processed"], facts["expired_points"]) == (0, 3, 30)
        again = await orion("points", "expire", "--merchant", shop.code)
        assert again.stdout.strip() == "0 points of 0 cards have expired; 0 failed."
        failed = await orion("points", "expire", "--merchant", shop.code, "--failed")
        assert (failed.exit_code, failed.output.strip()) == (1, "Nothing has failed that could be repeated")
        for chosen in (
            ("--failed", "--dry-run"),
            ("--failed", "--run", str(UNKNOWN)),
            ("--merchant", "x", "--run", str(UNKNOWN)),
        ):
            assert (await orion("points", "warn", *chosen)).exit_code == 2, chosen
        unknown = await orion("points", "warn", "--run", str(UNKNOWN))
        assert (unknown.exit_code, unknown.output.strip()) == (1, "There is no such run")
        runs = await town.superuser.fetch(
            "SELECT counts ->> 'expired_points' FROM task_runs WHERE name = $1", "expire_points"
        )
        assert sorted(row[0] for row in runs) == ["0", "30"]


@pytest.mark.slow
async def test_the_command_tells_of_points_that_end_or_says_whom_it_would(own_town: OwnTown) -> None:
    async with own_town() as town:
        orion = orion_of(town.settings)
        shop = await town.open_shop(terms={"expiry_kind": "rolling", "expiry_days": 10})
        for _ in range(3):
            await shop.a_card(points=10)
        tried = await orion("points", "warn", "--merchant", shop.code, "--dry-run")
        assert tried.stdout.splitlines()[0] == "3 cards would be told of 30 points; 0 failed."
        done = await orion("points", "warn", "--merchant", shop.code, "--json")
        facts = json.loads(done.stdout)
        assert (done.exit_code, facts["processed"], facts["expiring_points"]) == (0, 3, 30)
        again = await orion("points", "warn", "--merchant", shop.code)
        assert again.stdout.strip() == "0 cards were told of 0 points; 0 failed."


@pytest.mark.slow
async def test_the_nights_work_is_done_by_the_worker(own_town: OwnTown) -> None:
    async with own_town() as town:
        context = {"services": town.services}
        shop = await town.open_shop(terms={"expiry_kind": "rolling", "expiry_days": 10})
        card = await shop.a_card(points=100)
        await shop.anna.reserve(card, shop.rewards[100])
        clock.move(11 * MINUTE)
        await jobs.time_out_holds(context)
        assert await town.superuser.fetchval("SELECT state FROM holds") == "timed_out"
        clock.move(20 * DAY)
        await jobs.expire_points(context)
        await jobs.audit_ledger(context)
        runs = await town.superuser.fetch("SELECT name, counts FROM task_runs WHERE error IS NULL ORDER BY id")
        told = {row["name"]: json.loads(row["counts"]) for row in runs}
        assert (told["expire_points"]["processed"], told["expire_points"]["expired_points"]) == (1, 100)
        assert told["audit_ledger"]["violations"] == 0


def test_when_the_nights_work_begins() -> None:
    times = {job.name: (job.hour, job.minute, job.second) for job in SCHEDULE}
    assert times["cron:expire_points"] == (None, {0, 15, 30, 45}, 0)
    assert times["cron:warn_expiring_points"] == (None, {0, 15, 30, 45}, 0)
    assert times["cron:time_out_holds"] == (None, None, 0)
    assert times["cron:audit_ledger"] == (4, 30, 0)
