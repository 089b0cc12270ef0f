"""Which emails follow what happens to a card: from the event to the mailbox."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.tasks.expire import PointsExpiry
from backend.loyalty.ledger.tasks.warn import ExpiryWarning
from backend.operations.task_runs.actions import Progress
from backend.services import Services
from tests.conftest import OpenShop
from tests.doubles.smtp import PostOffice, text_of
from tests.workers.conftest import relay_and_send
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Card

DAY = timedelta(days=1)
ROLLING, IDLE = {"expiry_kind": "rolling", "expiry_days": 30}, {"expiry_kind": "inactivity", "expiry_days": 30}
MAILS = """
    SELECT template_code, subject, body_text, language FROM email_logs WHERE recipient = $1 ORDER BY created_at, id
"""


async def mails_to(superuser: asyncpg.Connection, card: Card) -> list[tuple[str, str]]:
    """Code and text of each, but for the welcome."""
    rows = await superuser.fetch(MAILS, card["customer"]["email"])
    return [(row["template_code"], row["body_text"]) for row in rows if row["template_code"] != "loyalty_enrollment"]


async def expire(services: Services, shop: Shop) -> None:
    await PointsExpiry(services.ledger, clock.now(), Progress()).run([shop.merchant_id])


async def warn(services: Services, shop: Shop) -> None:
    warning = ExpiryWarning(services.pool, services.sessions, clock.now(), Progress())
    await warning.run([shop.merchant_id])


async def test_a_welcome_bonus_is_told_in_an_email_of_its_own(
    working: dict[str, Services], opened: OpenShop, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50})
    card = await shop.anna.enroll("otto@example.com", first_name="Otto")
    await relay_and_send(working)
    subjects = {mail["Subject"] for mail in post_office.mails}
    assert subjects == {"Your Fashion Group card", "Your welcome gift: 50 points"}
    ((code, text),) = await mails_to(superuser, card)
    assert code == "loyalty_welcome_bonus"
    assert "50 points to go until your first reward: Voucher." in text


async def test_without_a_bonus_there_is_one_email(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice
) -> None:
    await anonymous.join(shop.hub)
    await relay_and_send(working)
    assert len(post_office.mails) == 1


async def test_a_bonus_that_is_already_worth_a_reward_says_so(
    working: dict[str, Services], opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms={"welcome_bonus_points": 100})
    card = await shop.anna.enroll()
    await relay_and_send(working)
    ((_, text),) = await mails_to(superuser, card)
    assert "That is enough for your first reward: Voucher." in text


@pytest.fixture
async def card_of_nine(opened: OpenShop) -> tuple[Shop, Card]:
    """A stamp card with one stamp to go."""
    shop = await opened(terms={"cooldown_minutes": 0, "max_daily_stamps": 20})
    return shop, await shop.a_card(stamps=9)


async def test_a_full_stamp_card_is_told_once_for_each_time_it_is_full(
    working: dict[str, Services], card_of_nine: tuple[Shop, Card], superuser: asyncpg.Connection
) -> None:
    shop, card = card_of_nine
    await shop.anna.stamp(card)
    await relay_and_send(working)
    ((code, text),) = await mails_to(superuser, card)
    assert code == "loyalty_reward_ready"
    assert "You have collected 10 stamps at Fashion Group." in text
    assert "Free accessory" in text
    await shop.anna.redeem(card)
    for _ in range(10):
        await shop.anna.stamp(card)
    await relay_and_send(working)
    assert [code for code, _ in await mails_to(superuser, card)] == ["loyalty_reward_ready"] * 2


async def test_a_stamp_taken_back_and_given_anew_fills_the_card_once(
    working: dict[str, Services], card_of_nine: tuple[Shop, Card], superuser: asyncpg.Connection
) -> None:
    shop, card = card_of_nine
    stamped = await shop.anna.stamp(card)
    await relay_and_send(working)
    await shop.anna.void(stamped["transaction"])
    await shop.anna.stamp(card)
    await relay_and_send(working)
    assert [code for code, _ in await mails_to(superuser, card)] == ["loyalty_reward_ready"]


async def test_a_stamp_taken_back_at_once_fills_nothing(
    working: dict[str, Services], card_of_nine: tuple[Shop, Card], superuser: asyncpg.Connection
) -> None:
    shop, card = card_of_nine
    stamped = await shop.anna.stamp(card)
    await shop.anna.void(stamped["transaction"])
    await relay_and_send(working)
    assert await mails_to(superuser, card) == []


@pytest.mark.parametrize(("terms", "is_kept_by_visit"), [(ROLLING, False), (IDLE, True)], ids=["rolling", "idle"])
async def test_points_that_expire_soon_are_told_with_their_last_day_and_what_keeps_them(
    working: dict[str, Services],
    opened: OpenShop,
    superuser: asyncpg.Connection,
    terms: dict[str, Any],
    is_kept_by_visit: bool,
) -> None:
    shop = await opened(terms=terms)
    card = await shop.a_card(points=120, language="de")
    expires_at = datetime.fromisoformat(card["next_expiry"]["expires_at"])
    clock.move(expires_at - clock.now() - 10 * DAY)
    await warn(working["services"], shop)
    await relay_and_send(working)
    (row,) = [mail for mail in await superuser.fetch(MAILS, card["customer"]["email"]) if "expiring" in mail[0]]
    assert row["language"] == "de"
    assert "120 Punkte" in row["subject"]
    last_day = (expires_at - timedelta(seconds=1)).date()
    assert str(last_day.year) in row["subject"]
    assert ("Ein Einkauf bis" in row["body_text"]) is is_kept_by_visit


async def test_expired_points_are_told_and_a_few_leftover_ones_are_not(
    working: dict[str, Services], opened: OpenShop, services: Services, superuser: asyncpg.Connection
) -> None:
    """Less than a tenth of the cheapest reward, which costs 100 points here."""
    shop = await opened(terms=ROLLING)
    cards = {points: await shop.a_card(points=points) for points in (9, 10, 120)}
    clock.move(32 * DAY)
    await expire(services, shop)
    await relay_and_send(working)
    assert await mails_to(superuser, cards[9]) == []
    for points in (10, 120):
        ((code, text),) = await mails_to(superuser, cards[points])
        assert code == "loyalty_points_expired"
        assert f"The time to use {points} points on your Fashion Group card is over." in text


async def test_a_person_with_two_cards_hears_of_one_expiry_a_run(
    working: dict[str, Services], opened: OpenShop, services: Services, superuser: asyncpg.Connection
) -> None:
    shop = await opened(terms=ROLLING, policy={"allow_cross_location_redemption": False})
    cards = [await shop.a_card(points=120, at=store, email="otto@example.com") for store in (shop.hub, shop.outlet)]
    clock.move(32 * DAY)
    await expire(services, shop)
    await relay_and_send(working)
    assert [code for code, _ in await mails_to(superuser, cards[0])] == ["loyalty_points_expired"]


async def test_a_card_that_is_not_active_causes_no_email(
    working: dict[str, Services], card_of_nine: tuple[Shop, Card], superuser: asyncpg.Connection
) -> None:
    shop, card = card_of_nine
    erased = await shop.a_card(stamps=9)
    merged, kept = await shop.a_card(stamps=9), await shop.a_card()
    for each in (card, erased, merged):
        await shop.anna.stamp(each)
    await Office.of(shop.claire).deactivate(card)
    await shop.erase(erased)
    await Office.of(shop.claire).merge(kept, merged)
    await relay_and_send(working)
    for each in (card, erased, merged):
        assert await mails_to(superuser, each) == []


async def test_a_customer_who_has_agreed_to_marketing_is_told_so_at_once_with_a_way_out(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, services: Services
) -> None:
    """The box may have been ticked by somebody else."""
    await anonymous.join(shop.hub, "otto@example.com", accept_marketing=True)
    card = (await shop.anna.find("otto@example.com"))[0]
    await relay_and_send(working)
    (mail,) = post_office.mails
    url = services.unsubscribe_links.url(shop.merchant_id, UUID(card["customer"]["id"]))
    text = text_of(mail)
    assert "As agreed, you will also get birthday wishes and news." in text
    assert f"Unsubscribe: {url}" in text
    assert mail["List-Unsubscribe"] == f"<{url}>"


async def test_a_customer_who_has_not_agreed_has_nothing_to_unsubscribe_from(
    working: dict[str, Services], shop: Shop, post_office: PostOffice
) -> None:
    await shop.anna.enroll()
    await relay_and_send(working)
    (mail,) = post_office.mails
    assert mail["List-Unsubscribe"] is None
    assert "Unsubscribe" not in text_of(mail)


async def test_no_link_that_grants_access_can_be_read_in_the_log(
    working: dict[str, Services], shop: Shop, post_office: PostOffice, services: Services, superuser: asyncpg.Connection
) -> None:
    card = await shop.anna.enroll(accept_marketing=True)
    await relay_and_send(working)
    (mail,) = post_office.mails
    links = [card["page_url"], services.unsubscribe_links.url(shop.merchant_id, UUID(card["customer"]["id"]))]
    sent = text_of(mail, "html") + text_of(mail)
    kept = await superuser.fetchval("SELECT email_logs::text FROM email_logs")
    for link in links:
        assert sent.count(link) >= 2
        assert link.rpartition("/")[2] not in kept
    assert kept.count("/u/…") >= 2
