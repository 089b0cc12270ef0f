"""Customers sign in with a code by email."""

import asyncio
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from backend.core.capabilities import encode_capability
from backend.core.clock import clock
from backend.services import Services
from tests.conftest import LogLines, OpenShop
from tests.doubles.smtp import PostOffice, text_of
from tests.workers.conftest import relay_and_send
from tests.world.caller import outcome, refused
from tests.world.customer import Customer, another, ask_for_code, enter_code, last_code, last_mail, last_not_me
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.spying import noting
from tests.world.statements import statements
from tests.world.till import AnonymousCaller
from workers.jobs.purge import purge

SignIn = Callable[[Shop, str], Awaitable[Customer]]
KEPT = "SELECT string_agg(t::text, ' ') FROM {} t"
WRONG_TRIES = 5


@pytest.fixture
def email() -> str:
    return f"otto.{uuid4().hex}@example.com"


@pytest.fixture
def nobody() -> str:
    return f"nobody.{uuid4().hex}@example.com"


@pytest.fixture
def sign_in(working: dict[str, Services], anonymous: AnonymousCaller, post_office: PostOffice) -> SignIn:
    async def sign_in(shop: Shop, email: str) -> Customer:
        attempt = await ask_for_code(anonymous, shop.hub, email)
        await relay_and_send(working)
        return await enter_code(anonymous, attempt, last_code(post_office))

    return sign_in


async def test_otto_signs_in_with_the_code_and_sees_his_card(shop: Shop, sign_in: SignIn, email: str) -> None:
    card = await shop.a_card(email=email, points=7)
    account = await (await sign_in(shop, email)).account()
    assert account["email"] == email
    (page,) = account["cards"]
    assert (page["card"]["id"], page["card"]["points_balance"]) == (card["id"], 7)
    assert page["transactions"][0]["kind"] == "earned"


async def test_the_code_comes_from_the_merchant_in_the_customers_language(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, email: str
) -> None:
    await shop.a_card(email=email, language="de")
    await ask_for_code(anonymous, shop.hub, email.upper())
    await relay_and_send(working)
    mail = last_mail(post_office)
    assert mail["To"] == email
    assert mail["Content-Language"] == "de"
    assert "10 Minuten" in text_of(mail)


async def test_a_stranger_gets_the_same_answers_and_no_email(
    working: dict[str, Services],
    shop: Shop,
    anonymous: AnonymousCaller,
    post_office: PostOffice,
    email: str,
    *,
    nobody: str,
) -> None:
    await shop.a_card(email=email)
    await relay_and_send(working)
    post_office.mails.clear()
    said = []
    for asked in (email, nobody):
        attempt = await ask_for_code(anonymous, shop.hub, asked)
        await relay_and_send(working)
        wrong = another(last_code(post_office)) if asked == email else "000000"
        answers = []
        for number in range(WRONG_TRIES + 1):
            caller = anonymous.but(x_forwarded_for=f"198.51.100.{number}")
            body = {"attempt": attempt, "code": wrong}
            answer = await caller.send("POST", "/storefront/account/sessions", json=body)
            answers.append((answer.status_code, answer.json()["code"], answer.json()["detail"]))
        said.append(answers)
    assert said[0] == said[1]
    assert [code for _, code, _ in said[0]] == ["sign_in_code_wrong"] * 4 + ["sign_in_code_expired"] * 2
    assert [mail["To"] for mail in post_office.mails] == [email]


async def test_a_wrong_code_costs_the_same_for_a_customer_and_for_nobody(
    working: dict[str, Services],
    shop: Shop,
    anonymous: AnonymousCaller,
    email: str,
    nobody: str,
    *,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No time tells them apart: the same statements, and the same comparison of digests."""
    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr(hmac, "compare_digest", noting(compared, hmac.compare_digest))
    await shop.a_card(email=email)
    done = []
    for asked in (email, nobody):
        attempt = await ask_for_code(anonymous, shop.hub, asked)
        await relay_and_send(working)
        compared.clear()
        with statements() as sent, refused("sign_in_code_wrong", 422):
            await enter_code(anonymous, attempt, "wrong")
        done.append((list(sent), [(len(given), len(stored)) for given, stored in compared]))
    assert done[0] == done[1]
    assert all(done[0])


async def test_of_a_hundred_guesses_at_once_five_are_looked_at(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, email: str
) -> None:
    await shop.a_card(email=email)
    attempt = await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    wrong = another(last_code(post_office))
    guesses = [
        outcome(enter_code(anonymous.but(x_forwarded_for=f"198.51.100.{number}"), attempt, wrong))
        for number in range(100)
    ]
    assert Counter(await asyncio.gather(*guesses)) == {"sign_in_code_wrong": 4, "sign_in_code_expired": 96}
    with refused("sign_in_code_expired", 410):
        await enter_code(anonymous, attempt, last_code(post_office))


async def test_a_code_signs_in_once(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, email: str
) -> None:
    await shop.a_card(email=email)
    attempt = await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    code = last_code(post_office)
    both = await asyncio.gather(*(outcome(enter_code(anonymous, attempt, code)) for _ in range(2)))
    assert Counter(both) == {"booked": 1, "sign_in_code_expired": 1}


@pytest.mark.parametrize("written", ["{} {}", " {}{} ", "{}-{}", "{}\u202f{}"])
async def test_a_code_may_be_written_in_groups(
    working: dict[str, Services],
    shop: Shop,
    anonymous: AnonymousCaller,
    post_office: PostOffice,
    email: str,
    *,
    written: str,
) -> None:
    await shop.a_card(email=email)
    attempt = await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    code = last_code(post_office)
    await enter_code(anonymous, attempt, written.format(code[:3], code[3:]))


async def test_a_code_is_valid_for_ten_minutes(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, email: str
) -> None:
    await shop.a_card(email=email)
    attempt = await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    clock.move(timedelta(minutes=10))
    with refused("sign_in_code_expired", 410):
        await enter_code(anonymous, attempt, last_code(post_office))


async def test_a_code_is_valid_in_the_browser_that_asked(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, email: str
) -> None:
    """Somebody who talks Otto out of his code cannot use it elsewhere."""
    await shop.a_card(email=email)
    otto = await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    code = last_code(post_office)
    mallory = await ask_for_code(anonymous, shop.hub, email)
    with refused("sign_in_code_wrong", 422):
        await enter_code(anonymous, mallory, code)
    await enter_code(anonymous, otto, code)


async def test_of_one_browser_the_newest_code_is_valid(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, email: str
) -> None:
    await shop.a_card(email=email)
    first = await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    code = last_code(post_office)
    second = await ask_for_code(anonymous, shop.hub, email, attempt=first)
    with refused("sign_in_code_expired", 410):
        await enter_code(anonymous, first, code)
    await relay_and_send(working)
    await enter_code(anonymous, second, last_code(post_office))


async def test_a_stranger_who_asks_too_does_not_end_the_customers_code(
    working: dict[str, Services], shop: Shop, anonymous: AnonymousCaller, post_office: PostOffice, email: str
) -> None:
    await shop.a_card(email=email)
    attempt = await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    code = last_code(post_office)
    for _ in range(3):
        await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    await enter_code(anonymous, attempt, code)


async def test_neither_code_nor_token_nor_address_lies_in_the_database(
    working: dict[str, Services],
    shop: Shop,
    anonymous: AnonymousCaller,
    post_office: PostOffice,
    superuser: asyncpg.Connection,
    *,
    email: str,
    nobody: str,
) -> None:
    await shop.a_card(email=email)
    await ask_for_code(anonymous, shop.hub, nobody)
    attempt = await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    code = last_code(post_office)
    customer = await enter_code(anonymous, attempt, code)
    assert customer.token
    for table in ("customer_sign_ins", "customer_sessions", "email_logs", "events"):
        kept = await superuser.fetchval(KEPT.format(table))
        for secret in (attempt, customer.token, last_not_me(post_office), f" {code} ", nobody):
            assert secret not in kept, table
    assert email not in await superuser.fetchval(KEPT.format("customer_sign_ins"))


async def test_no_log_line_names_the_address(
    working: dict[str, Services], shop: Shop, sign_in: SignIn, email: str, *, log_lines: LogLines
) -> None:
    await shop.a_card(email=email)
    await (await sign_in(shop, email)).account()
    ours = [line for line in log_lines() if not line["event"].startswith("('127.0.0.1'")]
    assert ours, "the mail server of the test writes the others"
    assert not [line for line in ours if email.partition("@")[0] in str(line)]


async def test_a_session_lasts_thirty_days(shop: Shop, sign_in: SignIn, email: str) -> None:
    await shop.a_card(email=email)
    customer = await sign_in(shop, email)
    clock.move(timedelta(days=30, seconds=-5))
    await customer.account()
    clock.move(timedelta(seconds=6))
    with refused("session_expired", 401):
        await customer.account()


async def test_signing_out_ends_this_session_and_everywhere_all(shop: Shop, sign_in: SignIn, email: str) -> None:
    await shop.a_card(email=email)
    here, there = await sign_in(shop, email), await sign_in(shop, email)
    await here.sign_out()
    with refused("unauthenticated", 401):
        await here.account()
    third = await sign_in(shop, email)
    await there.sign_out_everywhere()
    for customer in (there, third):
        with refused("unauthenticated", 401):
            await customer.account()


async def test_staff_are_no_customers_and_customers_no_staff(shop: Shop, sign_in: SignIn, email: str) -> None:
    await shop.a_card(email=email)
    customer = await sign_in(shop, email)
    for path in ("/auth/me", "/store/loyalty/program", "/merchant/loyalty/today"):
        with refused("unauthenticated", 401):
            await customer.get(path)
    with refused("unauthenticated", 401):
        await shop.claire.get("/storefront/account")


async def test_an_account_is_the_merchants_where_it_was_opened(
    opened: OpenShop,
    sign_in: SignIn,
    working: dict[str, Services],
    anonymous: AnonymousCaller,
    post_office: PostOffice,
    *,
    email: str,
) -> None:
    mine, other = await opened(), await opened()
    card = await mine.a_card(email=email)
    await other.a_card(email=email)
    account = await (await sign_in(mine, email)).account()
    assert [page["card"]["id"] for page in account["cards"]] == [card["id"]]


async def test_after_a_merge_both_see_the_card_in_use(shop: Shop, sign_in: SignIn, email: str, nobody: str) -> None:
    kept, other = await shop.a_card(email=email, points=5), await shop.a_card(email=nobody, points=3)
    office = Office(shop.claire.http, shop.claire._promises, shop.claire.token)
    await office.merge(kept, other)
    for address in (email, nobody):
        (page,) = (await (await sign_in(shop, address)).account())["cards"]
        assert (page["card"]["id"], page["card"]["points_balance"]) == (kept["id"], 8)


async def test_a_deactivated_card_says_so(shop: Shop, sign_in: SignIn, email: str) -> None:
    card = await shop.a_card(email=email)
    office = Office(shop.claire.http, shop.claire._promises, shop.claire.token)
    await office.deactivate(card)
    (page,) = (await (await sign_in(shop, email)).account())["cards"]
    assert page["card"]["state"] == "deactivated"


async def test_an_erased_customer_is_told_and_cannot_sign_in_again(
    working: dict[str, Services], shop: Shop, sign_in: SignIn, superuser: asyncpg.Connection, email: str
) -> None:
    card = await shop.a_card(email=email)
    customer = await sign_in(shop, email)
    await shop.erase(card)
    with refused("customer_erased", 410):
        await customer.account()
    await superuser.execute("DELETE FROM customers WHERE email = $1", email)
    with refused("customer_erased", 410):
        await customer.account()


async def test_a_language_chosen_on_the_account_is_that_of_page_and_emails(
    working: dict[str, Services], shop: Shop, sign_in: SignIn, post_office: PostOffice, email: str
) -> None:
    await shop.a_card(email=email)
    customer = await sign_in(shop, email)
    changed = await customer.ask("PATCH", "/storefront/account", json={"language": "lb"})
    assert (changed["language"], changed["cards"][0]["card"]["customer"]["language"]) == ("lb", "lb")
    await sign_in(shop, email)
    assert last_mail(post_office)["Content-Language"] == "lb"


async def test_this_was_not_me_ends_the_code_and_the_sessions_in_doubt(
    working: dict[str, Services],
    shop: Shop,
    anonymous: AnonymousCaller,
    sign_in: SignIn,
    post_office: PostOffice,
    *,
    email: str,
) -> None:
    await shop.a_card(email=email)
    old = await sign_in(shop, email)
    clock.move(timedelta(hours=2))
    thief = await sign_in(shop, email)
    attempt = await ask_for_code(anonymous, shop.hub, email)
    await relay_and_send(working)
    code, link = last_code(post_office), last_not_me(post_office)
    ended = await anonymous.post("/storefront/account/not-me", {"token": link})
    assert (ended["code_ended"], ended["sessions_ended"]) == (True, 1)
    with refused("sign_in_code_expired", 410):
        await enter_code(anonymous, attempt, code)
    with refused("unauthenticated", 401):
        await thief.account()
    assert (await old.account())["email"] == email
    again = await anonymous.post("/storefront/account/not-me", {"token": link})
    assert (again["code_ended"], again["sessions_ended"]) == (False, 0)


async def test_an_email_read_days_later_still_ends_the_session_that_its_code_opened(
    shop: Shop, anonymous: AnonymousCaller, sign_in: SignIn, post_office: PostOffice, email: str
) -> None:
    await shop.a_card(email=email)
    thief = await sign_in(shop, email)
    clock.move(timedelta(days=3))
    ended = await anonymous.post("/storefront/account/not-me", {"token": last_not_me(post_office)})
    assert (ended["code_ended"], ended["sessions_ended"]) == (False, 1)
    with refused("unauthenticated", 401):
        await thief.account()


async def test_forged_attempts_links_and_tokens_open_nothing(
    shop: Shop, sign_in: SignIn, anonymous: AnonymousCaller, email: str
) -> None:
    await shop.a_card(email=email)
    customer = await sign_in(shop, email)
    assert customer.token
    forged = encode_capability(shop.merchant_id, uuid4(), bytes(16))
    swapped = customer.token[:-4] + ("AAA=" if customer.token[-4:] != "AAA=" else "BBB=")
    for token in ("x", forged, swapped):
        with refused("sign_in_code_expired", 410):
            await enter_code(anonymous, token, "000000")
        with refused("sign_in_link_invalid", 404):
            await anonymous.post("/storefront/account/not-me", {"token": token})
        with refused("unauthenticated", 401):
            await Customer(anonymous.http, anonymous._promises, token).account()


async def test_codes_are_asked_for_and_entered_five_times_a_minute(anonymous: AnonymousCaller, shop: Shop) -> None:
    said = [await outcome(ask_for_code(anonymous, shop.hub, f"{uuid4().hex}@x.lu")) for _ in range(6)]
    assert said == ["booked"] * 5 + ["rate_limited"]
    said = [await outcome(enter_code(anonymous, "x", "000000")) for _ in range(6)]
    assert said == ["sign_in_code_expired"] * 5 + ["rate_limited"]


async def test_old_attempts_and_sessions_are_purged(
    working: dict[str, Services], shop: Shop, sign_in: SignIn, superuser: asyncpg.Connection, email: str
) -> None:
    await shop.a_card(email=email)
    await sign_in(shop, email)
    count = "SELECT (SELECT count(*) FROM customer_sign_ins WHERE merchant_id = $1), "
    count += "(SELECT count(*) FROM customer_sessions WHERE merchant_id = $1)"
    clock.move(timedelta(days=29))
    await purge(working)
    assert tuple(await superuser.fetchrow(count, shop.merchant_id)) == (1, 1)
    clock.move(timedelta(days=2))
    await purge(working)
    assert tuple(await superuser.fetchrow(count, shop.merchant_id)) == (0, 1)
    clock.move(timedelta(days=30))
    await purge(working)
    assert tuple(await superuser.fetchrow(count, shop.merchant_id)) == (0, 0)
