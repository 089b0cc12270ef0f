"""Birthday emails and emails after a long absence: who gets one, when, and when not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.ledger.booking.state import CardState, decode_state
from backend.loyalty.occasions import campaign, due, holder
from backend.loyalty.occasions.absence import Absence
from backend.services import Services
from tests.conftest import OpenShop
from tests.doubles.smtp import PostOffice, text_of
from tests.workers.conftest import relay_and_send
from tests.world.caller import Json
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.statements import statements
from tests.world.till import Card
from workers.jobs.mail import send_queued_mails
from workers.jobs.marketing import greet_birthdays, reengage_customers
from workers.schedule import SCHEDULE

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
MAILS = """
    SELECT template_code, status, error_code, available_at FROM email_logs
    WHERE merchant_id = $1 AND kind = 'marketing' ORDER BY created_at, id
"""
REFUSED = "ALTER TABLE email_logs ADD CONSTRAINT refused CHECK (card_id <> '{}')"
RUNS = "SELECT counts::text, failures::text, error FROM task_runs WHERE name = $1 ORDER BY created_at"

Mails = Callable[[Shop], Awaitable[list[Any]]]


@pytest.fixture
def mails(superuser: asyncpg.Connection) -> Mails:
    """A merchant's marketing emails: code, status, why it was not sent."""

    async def of(shop: Shop) -> list[tuple[str, str, str | None]]:
        return [tuple(row)[:3] for row in await superuser.fetch(MAILS, shop.merchant_id)]

    return of


def set_clock(local: str, zone: ZoneInfo = LUXEMBOURG) -> None:
    """To this time of day, where the merchant is: `2027-03-01 10:00`. Never back."""
    clock.move(datetime.fromisoformat(local).replace(tzinfo=zone) - clock.now())


async def plan(shop: Shop, **fields: Any) -> None:
    office = Office.of(shop.claire)
    await office.ask("PATCH", "/merchant/loyalty/marketing-plan", json=fields, headers={"if-match": "*"})


@pytest.fixture
async def greeting(opened: OpenShop) -> Shop:
    """A merchant who sends birthday emails."""
    shop = await opened()
    await plan(shop, sends_birthday_emails=True)
    return shop


@pytest.fixture
async def inviting(opened: OpenShop) -> Shop:
    """A merchant who writes to customers after 90 days without a visit."""
    shop = await opened()
    await plan(shop, reengagement_days=90)
    return shop


async def somebody(shop: Shop, **person: Any) -> Card:
    """A customer who has agreed to marketing and is born on 1 March."""
    told: Json = {"birth_date": date(1990, 3, 1), "accept_marketing": True} | person
    return await shop.a_card(**told)


async def test_a_birthday_is_greeted_on_the_day_once_and_again_a_year_later(
    working: dict[str, Services], greeting: Shop, post_office: PostOffice, mails: Mails
) -> None:
    set_clock("2031-02-28 10:00")
    card = await somebody(greeting, first_name="Otto", points=120)
    await relay_and_send(working)
    await greet_birthdays(working)
    assert await mails(greeting) == []
    post_office.mails.clear()
    set_clock("2031-03-01 07:30")
    for _ in range(2):
        await greet_birthdays(working)
    set_clock("2031-03-01 08:00")
    await send_queued_mails(working)
    (mail,) = post_office.mails
    assert (mail["To"], mail["Subject"]) == (card["customer"]["email"], "Happy birthday from Fashion Group")
    assert "A reward is waiting for you: Voucher." in text_of(mail)
    set_clock("2031-03-02 10:00")
    await greet_birthdays(working)
    set_clock("2032-03-01 10:00")
    await greet_birthdays(working)
    await send_queued_mails(working)
    assert await mails(greeting) == [("loyalty_birthday", "sent", None)] * 2


async def test_a_mail_program_can_unsubscribe_with_one_click(
    working: dict[str, Services], greeting: Shop, post_office: PostOffice
) -> None:
    set_clock("2031-03-01 10:00")
    card = await somebody(greeting)
    await greet_birthdays(working)
    await send_queued_mails(working)
    mail = post_office.mails[-1]
    services = working["services"]
    url = services.unsubscribe_links.url(greeting.merchant_id, UUID(card["customer"]["id"]))
    assert mail["List-Unsubscribe"] == f"<{url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in text_of(mail, "html")


@pytest.mark.parametrize(("today", "is_greeted"), [("2031-02-28", True), ("2032-02-28", False), ("2032-02-29", True)])
async def test_a_customer_who_is_born_on_29_february_is_greeted_in_every_year(
    working: dict[str, Services], greeting: Shop, mails: Mails, today: str, is_greeted: bool
) -> None:
    set_clock(f"{today} 10:00")
    await somebody(greeting, birth_date=date(1992, 2, 29))
    await greet_birthdays(working)
    assert bool(await mails(greeting)) is is_greeted


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Auckland", "America/Adak", "Pacific/Honolulu", "UTC"])
async def test_the_day_is_that_of_the_merchant_when_the_email_leaves(
    working: dict[str, Services], opened: OpenShop, superuser: asyncpg.Connection, zone: str
) -> None:
    """The one run of a day greets each customer on the birthday, wherever the merchant is."""
    (run,) = [job for job in SCHEDULE if job.name == "cron:greet_birthdays"]
    assert isinstance(run.hour, int)
    assert isinstance(run.minute, int)
    shop, there = await opened(timezone=zone), ZoneInfo(zone)
    await plan(shop, sends_birthday_emails=True)
    set_clock("2031-02-26 12:00")
    await somebody(shop)
    for day in range(27, 27 + 5):
        moment = datetime(2031, 2, 1, run.hour, run.minute, tzinfo=UTC) + (day - 1) * DAY
        clock.move(moment - clock.now())
        await greet_birthdays(working)
        for _ in range(24):
            await send_queued_mails(working)
            clock.move(HOUR)
    sent = await superuser.fetch("SELECT sent_at FROM email_logs WHERE template_code = 'loyalty_birthday'")
    assert [row["sent_at"].astimezone(there).date() for row in sent] == [date(2031, 3, 1)]


async def test_after_an_outage_of_a_day_the_greeting_comes_late_and_after_a_week_not_at_all(
    working: dict[str, Services], greeting: Shop, mails: Mails
) -> None:
    set_clock("2031-02-20 10:00")
    await somebody(greeting)
    set_clock("2031-03-08 10:00")
    await greet_birthdays(working)
    assert await mails(greeting) == []
    await somebody(greeting, birth_date=date(1990, 3, 7))
    await greet_birthdays(working)
    assert len(await mails(greeting)) == 1


async def test_a_customer_who_has_not_agreed_has_no_card_or_no_birth_date_gets_nothing(
    working: dict[str, Services], greeting: Shop, mails: Mails
) -> None:
    set_clock("2031-03-01 10:00")
    await somebody(greeting, accept_marketing=False)
    await somebody(greeting, birth_date=None)
    deactivated, erased = await somebody(greeting), await somebody(greeting)
    await Office.of(greeting.claire).deactivate(deactivated)
    await greeting.erase(erased)
    await greet_birthdays(working)
    assert await mails(greeting) == []


async def test_a_merchant_who_has_chosen_nothing_sends_no_marketing(
    working: dict[str, Services], shop: Shop, mails: Mails
) -> None:
    set_clock("2031-03-01 10:00")
    await somebody(shop)
    await greet_birthdays(working)
    set_clock("2032-06-01 10:00")
    await reengage_customers(working)
    assert await mails(shop) == []


async def test_a_customer_who_stays_away_is_written_to_once_for_each_absence(
    working: dict[str, Services], inviting: Shop, post_office: PostOffice, mails: Mails
) -> None:
    set_clock("2031-03-01 10:00")
    card = await somebody(inviting, points=30)
    await relay_and_send(working)
    set_clock("2031-05-29 10:00")
    await reengage_customers(working)
    assert await mails(inviting) == []
    for local in ("2031-05-30 10:00", "2031-05-31 10:00", "2031-12-01 10:00"):
        set_clock(local)
        await reengage_customers(working)
        await send_queued_mails(working)
    text = text_of(post_office.mails[-1])
    assert "Your last visit to Fashion Group was on 1 March 2031." in text
    assert "70 points to go until your next reward: Voucher." in text
    assert len(await mails(inviting)) == 1
    await inviting.anna.earn(card, cents=100)
    set_clock("2032-03-01 10:00")
    await reengage_customers(working)
    assert len(await mails(inviting)) == 2


async def test_customers_who_stay_away_are_found_on_every_page_of_customers(
    working: dict[str, Services], inviting: Shop, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most of those on a page have been here lately."""
    monkeypatch.setattr(Absence, "page", 2)
    set_clock("2031-03-01 10:00")
    cards = [await somebody(inviting) for _ in range(7)]
    set_clock("2031-05-20 10:00")
    for number in (0, 1, 2, 3, 5):
        await inviting.anna.earn(cards[number], cents=100)
    set_clock("2031-06-01 10:00")
    await reengage_customers(working)
    assert len(await mails(inviting)) == 2


async def test_a_customer_who_uses_one_of_two_cards_is_not_away(
    working: dict[str, Services], opened: OpenShop, mails: Mails
) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    await plan(shop, reengagement_days=90)
    set_clock("2031-03-01 10:00")
    for store in (shop.hub, shop.outlet):
        card = await somebody(shop, email="otto@example.com", at=store)
    set_clock("2031-05-01 10:00")
    await shop.luc.earn(card, cents=100)
    set_clock("2031-06-15 10:00")
    await reengage_customers(working)
    assert await mails(shop) == []


async def test_a_customer_who_comes_back_before_the_email_is_sent_does_not_get_it(
    working: dict[str, Services], inviting: Shop, post_office: PostOffice, mails: Mails
) -> None:
    set_clock("2031-03-01 10:00")
    card = await somebody(inviting)
    await relay_and_send(working)
    set_clock("2031-06-01 23:00")
    await reengage_customers(working)
    await send_queued_mails(working)
    assert [status for _, status, _ in await mails(inviting)] == ["queued"]
    await inviting.anna.earn(card, cents=100)
    set_clock("2031-06-02 08:00")
    await send_queued_mails(working)
    assert await mails(inviting) == [("loyalty_reengagement", "failed", "customer_returned")]


async def test_an_email_of_the_night_waits_for_the_morning(
    working: dict[str, Services], greeting: Shop, post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    set_clock("2031-03-01 06:00")
    await somebody(greeting)
    await relay_and_send(working)
    await greet_birthdays(working)
    post_office.mails.clear()
    await send_queued_mails(working)
    assert post_office.mails == []
    (row,) = await superuser.fetch(MAILS, greeting.merchant_id)
    assert row["available_at"].astimezone(LUXEMBOURG).isoformat() == "2031-03-01T08:00:00+01:00"
    set_clock("2031-03-01 08:00")
    await send_queued_mails(working)
    assert len(post_office.mails) == 1


async def test_consent_is_asked_again_when_the_email_is_sent(
    working: dict[str, Services], greeting: Shop, mails: Mails
) -> None:
    set_clock("2031-03-01 06:00")
    card = await somebody(greeting)
    await greet_birthdays(working)
    services = working["services"]
    token = services.unsubscribe_links.url(greeting.merchant_id, UUID(card["customer"]["id"])).rpartition("/")[2]
    path = f"/storefront/loyalty/email-choices/{token}"
    await greeting.anna.ask("PUT", path, json={"accept_marketing": False})
    set_clock("2031-03-01 10:00")
    await send_queued_mails(working)
    assert await mails(greeting) == [("loyalty_birthday", "failed", "no_consent")]


async def test_a_person_gets_one_marketing_email_a_day_from_all_merchants_together(
    working: dict[str, Services], opened: OpenShop, post_office: PostOffice, mails: Mails
) -> None:
    set_clock("2031-03-01 10:00")
    shops = [await opened(), await opened()]
    for shop in shops:
        await plan(shop, sends_birthday_emails=True)
        await somebody(shop, email="otto@example.com")
    await relay_and_send(working)
    post_office.mails.clear()
    await greet_birthdays(working)
    for _ in range(2):
        await send_queued_mails(working)
    assert len(post_office.mails) == 1
    set_clock("2031-03-02 09:59")
    await send_queued_mails(working)
    assert len(post_office.mails) == 1
    set_clock("2031-03-02 10:01")
    await send_queued_mails(working)
    assert len(post_office.mails) == 2
    assert [status for shop in shops for _, status, _ in await mails(shop)] == ["sent", "sent"]


async def test_a_birthday_email_that_would_come_too_late_is_not_sent(
    working: dict[str, Services], greeting: Shop, post_office: PostOffice, mails: Mails
) -> None:
    set_clock("2031-03-01 10:00")
    await somebody(greeting)
    await greet_birthdays(working)
    set_clock("2031-03-04 10:01")
    await send_queued_mails(working)
    assert await mails(greeting) == [("loyalty_birthday", "failed", "expired")]


async def test_one_customers_and_one_merchants_trouble_is_not_the_others(
    working: dict[str, Services],
    opened: OpenShop,
    mails: Mails,
    superuser: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_clock("2031-03-01 10:00")
    shops = sorted([await opened(), await opened()], key=lambda shop: shop.merchant_id)
    for shop in shops:
        await plan(shop, sends_birthday_emails=True)
    bad = (await somebody(shops[0]))["id"]
    for shop in shops:
        await somebody(shop)

    def troubled(document: str) -> CardState:
        if bad in document:
            raise RuntimeError
        return decode_state(document)

    monkeypatch.setattr(holder, "decode_state", troubled)
    await greet_birthdays(working)
    for shop in shops:
        assert len(await mails(shop)) == 1
    (run,) = await superuser.fetch(RUNS, "greet_birthdays")
    assert run["counts"] == '{"failed": 1, "processed": 2}'
    assert "RuntimeError" in run["failures"]
    monkeypatch.undo()
    await greet_birthdays(working)
    assert len(await mails(shops[0])) == 2


async def test_what_the_database_refuses_for_one_customer_is_not_the_others_trouble(
    working: dict[str, Services], greeting: Shop, mails: Mails, superuser: asyncpg.Connection
) -> None:
    set_clock("2031-03-01 10:00")
    cards = [await somebody(greeting) for _ in range(4)]
    await superuser.execute(REFUSED.format(cards[1]["id"]))
    try:
        await greet_birthdays(working)
    finally:
        await superuser.execute("ALTER TABLE email_logs DROP CONSTRAINT refused")
    assert len(await mails(greeting)) == 3
    (run,) = await superuser.fetch(RUNS, "greet_birthdays")
    assert run["counts"] == '{"failed": 1, "processed": 3}'
    assert cards[1]["customer"]["id"] in run["failures"]
    await greet_birthdays(working)
    assert len(await mails(greeting)) == 4


async def test_two_runs_at_once_write_to_each_customer_once(
    working: dict[str, Services], greeting: Shop, mails: Mails
) -> None:
    set_clock("2031-03-01 10:00")
    for _ in range(6):
        await somebody(greeting)
    await asyncio.gather(*(greet_birthdays(working) for _ in range(3)))
    assert len(await mails(greeting)) == 6


async def test_the_statements_of_a_chunk_do_not_grow_with_its_customers(
    working: dict[str, Services], greeting: Shop, mails: Mails
) -> None:
    set_clock("2031-03-01 10:00")
    counts = []
    for customers in (2, 8):
        for number in range(customers):
            await somebody(greeting, language=("fr", "de")[number % 2])
        with statements() as asked:
            await greet_birthdays(working)
        counts.append(len([statement for statement in asked if "task_runs" not in statement]))
    assert len(await mails(greeting)) == 10
    assert counts[0] == counts[1]


async def test_many_birthdays_are_greeted_in_chunks_each_once(
    working: dict[str, Services], greeting: Shop, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (campaign, due):
        monkeypatch.setattr(module, "CHUNK", 2)
    set_clock("2031-03-01 10:00")
    for _ in range(5):
        await somebody(greeting)
    await greet_birthdays(working)
    await greet_birthdays(working)
    assert len(await mails(greeting)) == 5
