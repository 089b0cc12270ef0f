"""What anonymous callers can have sent to somebody."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from backend.core.addresses import mailbox_of
from backend.core.clock import clock
from backend.core.platform_settings import LimitSettings
from backend.messaging.limits import DOMAIN_PER_DAY, DOMAIN_PER_HOUR
from backend.services import Services
from tests.conftest import LogLines, OpenShop
from tests.doubles.smtp import PostOffice, text_of
from tests.workers.conftest import relay_and_send
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller
from workers.jobs.purge import purge

LIMITS = LimitSettings()


@pytest.fixture
def otto() -> str:
    """Nobody has written to him yet."""
    return f"otto.{uuid4().hex}@example.com"


async def send_request(anonymous: AnonymousCaller, shop: Shop, times: int, email: str) -> None:
    """From ever new networks: the limits of the door do not help here."""
    for number in range(times):
        await anonymous.but(x_forwarded_for=f"198.51.100.{number}").lost_card(email, store_code=shop.hub)


async def test_an_anonymous_caller_cannot_send_somebody_47_mails(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, otto: str
) -> None:
    await shop.anna.enroll(otto)
    await relay_and_send(working)
    post_office.mails.clear()
    await send_request(anonymous, shop, 47, otto)
    await relay_and_send(working)
    assert [mail["To"] for mail in post_office.mails] == [otto] * LIMITS.mails_per_mailbox_per_hour


async def test_a_day_has_an_end_too_and_the_next_one_begins_anew(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, otto: str
) -> None:
    await shop.anna.enroll(otto)
    for _ in range(6):
        await send_request(anonymous, shop, 5, otto)
        await relay_and_send(working)
        clock.move(timedelta(hours=2))
    assert len(post_office.mails) == 1 + LIMITS.mails_per_mailbox_per_day
    clock.move(timedelta(days=1))
    await send_request(anonymous, shop, 1, otto)
    await relay_and_send(working)
    assert len(post_office.mails) == 2 + LIMITS.mails_per_mailbox_per_day


async def test_the_limit_is_the_persons_over_all_merchants_and_however_they_are_written(
    working: dict[str, Services], opened: OpenShop, anonymous: AnonymousCaller, post_office: PostOffice, otto: str
) -> None:
    for number in range(7):
        shop = await opened()
        caller = anonymous.but(x_forwarded_for=f"198.51.100.{number}")
        await caller.join(shop.hub, otto.title() if number % 2 else otto)
    await relay_and_send(working)
    assert len(post_office.mails) == LIMITS.mails_per_mailbox_per_hour


async def test_a_tag_in_the_address_is_no_other_mailbox(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, otto: str
) -> None:
    addresses = {otto.replace("@", f"+{number}@") for number in range(47)}
    for number, address in enumerate(addresses):
        await anonymous.but(x_forwarded_for=f"198.51.100.{number}").join(shop.hub, address)
    await relay_and_send(working)
    written = {mail["To"] for mail in post_office.mails}
    assert (len(written), written <= addresses) == (LIMITS.mails_per_mailbox_per_hour, True)
    assert len({(await shop.anna.find(address))[0]["id"] for address in addresses}) == 47


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("otto+1@x.lu", "otto@x.lu"),
        ("otto+a+b@x.lu", "otto@x.lu"),
        ("+otto@x.lu", "+otto@x.lu"),
        ("o.t.t.o@x.lu", "o.t.t.o@x.lu"),
        ("otto-1@x.lu", "otto-1@x.lu"),
        ("o.tto+1@gmail.com", "otto@gmail.com"),
        ("otto@googlemail.com", "otto@gmail.com"),
        ("o-t.t_o+1@pm.me", "otto@proton.me"),
        ("---@protonmail.com", "---@proton.me"),
        ("shop@otto.fastmail.com", "otto@fastmail.com"),
        ("x@a.otto.fastmail.fm", "otto@fastmail.fm"),
        ("otto@fastmail.com", "otto@fastmail.com"),
        ("otto@x.lu.", "otto@x.lu"),
    ],
)
def test_mails_are_counted_where_they_arrive(email: str, mailbox: str) -> None:
    assert mailbox_of(email) == mailbox


async def test_nobody_can_use_up_the_mails_that_staff_cause(
    working: dict[str, Services], opened: OpenShop, anonymous: AnonymousCaller, post_office: PostOffice, otto: str
) -> None:
    shop, other = await opened(), await opened()
    await shop.anna.enroll(otto)
    await send_request(anonymous, shop, 9, otto)
    await relay_and_send(working)
    post_office.mails.clear()
    card = await other.anna.enroll(otto)
    await other.anna.post(f"/store/loyalty/cards/{card['id']}/links", {}, key="new links")
    await relay_and_send(working)
    assert Counter(mail["To"] for mail in post_office.mails) == {otto: 2}


async def test_withholding_is_silent_and_names_nobody(
    working: dict[str, Services],
    shop: Shop,
    anonymous: AnonymousCaller,
    post_office: PostOffice,
    otto: str,
    *,
    log_lines: LogLines,
) -> None:
    await shop.anna.enroll(otto)
    await send_request(anonymous, shop, LIMITS.mails_per_mailbox_per_hour + 1, otto)
    await relay_and_send(working)
    (line,) = [line for line in log_lines() if line["event"] == "mail_withheld"]
    assert "otto" not in str(line)


@pytest.mark.parametrize("name", ["Anna.Maria", "Win a free phone today at once", "Otto!", "Karl 3", "x" * 41])
async def test_what_may_be_no_name_is_not_greeted(
    working: dict[str, Services],
    shop: Shop,
    anonymous: AnonymousCaller,
    post_office: PostOffice,
    otto: str,
    *,
    name: str,
) -> None:
    await anonymous.join(shop.hub, otto, first_name=name)
    await relay_and_send(working)
    (mail,) = post_office.mails
    assert name not in text_of(mail).replace("=\n", "")


async def test_a_question_nobody_could_answer_and_old_allowances_are_thrown_away(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection, otto: str
) -> None:
    await shop.anna.enroll(otto)
    await send_request(anonymous, shop, 1, otto)
    await relay_and_send(working)
    await send_request(anonymous, shop, 1, otto)
    clock.move(timedelta(hours=25))
    await purge(working)
    mine = "SELECT count(*) FROM card_link_questions WHERE merchant_id = $1"
    assert await superuser.fetchval(mine, shop.merchant_id) == 0
    old = "SELECT count(*) FROM mail_allowances WHERE last_sent_at < $1"
    assert await superuser.fetchval(old, clock.now() - timedelta(days=1)) == 0


async def test_the_owner_of_a_whole_domain_does_not_get_47_mails_under_47_names(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice
) -> None:
    domain = f"{uuid4().hex}.lu"
    for number in range(47):
        caller = anonymous.but(x_forwarded_for=f"198.51.100.{number}")
        await caller.join(shop.hub, f"otto{number}@{domain}")
    await relay_and_send(working)
    assert len(post_office.mails) == DOMAIN_PER_HOUR
    assert DOMAIN_PER_DAY < 47


async def test_of_a_provider_with_many_customers_each_has_their_own_limit(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice
) -> None:
    for number in range(DOMAIN_PER_HOUR + 1):
        caller = anonymous.but(x_forwarded_for=f"198.51.100.{number}")
        await caller.join(shop.hub, f"{uuid4().hex}@pt.lu")
    await relay_and_send(working)
    assert len(post_office.mails) == DOMAIN_PER_HOUR + 1


async def test_a_mailbox_gets_so_many_mails_a_day_of_all_causes_and_the_log_says_why_no_more(
    working: dict[str, Services], shop: Shop, post_office: PostOffice, superuser: asyncpg.Connection, otto: str
) -> None:
    """Staff cause mails without the limits of anonymous callers."""
    limit = working["services"].live.current.limits.all_mails_per_mailbox_per_day
    await shop.anna.enroll(otto)
    await relay_and_send(working)
    await superuser.execute(
        """INSERT INTO email_logs (merchant_id, id, template_code, kind, language, recipient, subject, body_text,
                                   headers, status, attempts, available_at, history, created_at)
           SELECT merchant_id, gen_random_uuid(), template_code, kind, language, recipient, subject, body_text, headers,
                  'queued', 0, created_at, '[]', created_at
           FROM email_logs, generate_series(1, $1)""",
        limit,
    )
    await relay_and_send(working)
    assert len(post_office.mails) == limit
    withheld = await superuser.fetch("SELECT status, error_code FROM email_logs WHERE status <> 'sent'")
    assert [tuple(row) for row in withheld] == [("failed", "recipient_limit")]
    clock.move(timedelta(days=1, seconds=1))
    await shop.anna.post(f"/store/loyalty/cards/{(await shop.anna.find(otto))[0]['id']}/links", {}, key="new links")
    await relay_and_send(working)
    assert len(post_office.mails) == limit + 1
