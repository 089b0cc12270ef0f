"""A night's batch: few statements for many events, and nothing that somebody waits for stands behind it."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.events import DomainEvent, record
from backend.loyalty.ledger.events import PointsExpiring
from backend.loyalty.ledger.tasks.expire import PointsExpiry
from backend.messaging.claims import claim_mails
from backend.messaging.models import BULK_TEMPLATES, PROMPT
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.catalog.loyalty_points_expired import LOYALTY_POINTS_EXPIRED
from backend.messaging.templates.catalog.loyalty_points_expiring import LOYALTY_POINTS_EXPIRING
from backend.operations.task_runs.actions import Progress
from backend.services import Services
from tests.conftest import OpenShop
from tests.world.shop import Shop
from tests.world.statements import statements
from workers.jobs.outbox import relay_bulk_outbox, relay_outbox
from workers.schedule import EVERYWHERE

DAY = timedelta(days=1)
QUEUED = "SELECT count(*) FROM email_logs WHERE template_code = $1"


@pytest.fixture
async def shop(opened: OpenShop) -> Shop:
    """Points expire after thirty days."""
    return await opened(terms={"expiry_kind": "rolling", "expiry_days": 30})


async def warn_all(shop: Shop, cards: int) -> None:
    """About cards of their own, in two languages."""
    events: list[DomainEvent] = []
    for number in range(cards):
        card = await shop.a_card(points=40, language=("fr", "de")[number % 2])
        events.append(PointsExpiring(UUID(card["id"]), expires_at=clock.now() + 10 * DAY, points=40))
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        for event in events:
            record(session, shop.merchant_id, event, clock.now())


async def test_the_statements_of_a_night_of_warnings_do_not_grow_with_the_cards(
    working: dict[str, Services], shop: Shop, superuser: asyncpg.Connection
) -> None:
    counts = []
    for cards in (2, 12):
        await warn_all(shop, cards)
        with statements() as asked:
            await relay_bulk_outbox(working)
        counts.append(len(asked))
    assert await superuser.fetchval(QUEUED, "loyalty_points_expiring") == 14
    assert counts[0] == counts[1]


async def test_nor_do_those_of_a_night_of_expired_points(
    working: dict[str, Services], shop: Shop, services: Services, superuser: asyncpg.Connection
) -> None:
    counts = []
    for cards in (2, 12):
        for _ in range(cards):
            await shop.a_card(points=40)
        clock.move(32 * DAY)
        await PointsExpiry(services.ledger, clock.now(), Progress()).run([shop.merchant_id])
        with statements() as asked:
            await relay_bulk_outbox(working)
        counts.append(len(asked))
    assert await superuser.fetchval(QUEUED, "loyalty_points_expired") == 14
    assert counts[0] == counts[1]


async def test_an_email_of_the_till_is_sent_before_the_nights(
    working: dict[str, Services], shop: Shop, services: Services
) -> None:
    await warn_all(shop, 4)
    await relay_bulk_outbox(working)
    clock.move(timedelta(minutes=5))
    await shop.anna.enroll("otto@example.com")
    await relay_outbox(working)
    async with services.sessions.committing(shop.merchant_id) as session:
        claimed = await claim_mails(session, shop.merchant_id, clock.now(), 6)
    codes = [mail.template_code for mail in claimed]
    assert codes == ["loyalty_enrollment"] * 5 + ["loyalty_points_expiring"]


async def test_the_tills_emails_have_an_index_of_their_own(superuser: asyncpg.Connection, shop: Shop) -> None:
    async with superuser.transaction():
        await superuser.execute(
            "INSERT INTO email_logs (merchant_id, id, template_code, kind, language, recipient, subject, body_text, "
            "headers, status, attempts, available_at, history, created_at) "
            "SELECT $1, gen_random_uuid(), "
            "CASE n % 50 WHEN 0 THEN 'loyalty_enrollment' ELSE 'loyalty_points_expiring' END, 'transactional', 'en', "
            "n || '@example.com', '', '', '{}', 'queued', 0, now(), '[]', now() FROM generate_series(1, 5000) n",
            shop.merchant_id,
        )
        await superuser.execute("ANALYZE email_logs")
        plan = await superuser.fetch(
            f"EXPLAIN SELECT * FROM email_logs WHERE merchant_id = $1 AND {PROMPT} AND available_at <= now() "
            "ORDER BY available_at LIMIT 5 FOR UPDATE SKIP LOCKED",
            shop.merchant_id,
        )
        await superuser.execute("DELETE FROM email_logs")
    assert "Index Scan using ix_email_logs_prompt" in "\n".join(row[0] for row in plan)


def test_the_night_has_a_job_of_its_own() -> None:
    assert "cron:relay_bulk_outbox" in [job.name for job in EVERYWHERE]


def test_only_emails_of_campaigns_and_of_points_that_expire_stand_back() -> None:
    campaigns = {code for code, template in TEMPLATES.items() if template.kind == "marketing"}
    assert set(BULK_TEMPLATES) == campaigns | {LOYALTY_POINTS_EXPIRED.code, LOYALTY_POINTS_EXPIRING.code}
