"""Joining: at the till, and from the poster."""

import asyncio
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest
from sqlalchemy import delete

from backend.core.clock import clock
from backend.core.keys import KeyRing
from backend.core.models import StoredAnswer
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.code import normalize
from backend.loyalty.enrollment.schemas import SelfEnroll
from backend.loyalty.programs.models import Program
from backend.merchants.models import Policy, Store
from backend.messaging.templates.greeting import name_to_greet
from tests.conftest import OpenShop, SignIn
from tests.world import ANNA, MARIE
from tests.world.caller import new_key, refused
from tests.world.office import Office
from tests.world.patience import until
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

LOCK = "SELECT FROM customers WHERE merchant_id = $1 AND id = $2 FOR UPDATE"
WAITS_FOR_US = "SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
KEPT_KEYS = (
    "SELECT key FROM stored_answers WHERE merchant_id = $1",
    "SELECT idempotency_key FROM transactions WHERE merchant_id = $1 AND idempotency_key IS NOT NULL",
)
WAITING = """
    SELECT e.name, e.data ->> 'card_id' AS card_id FROM outbox o JOIN events e ON e.id = o.id
    WHERE o.merchant_id = $1 ORDER BY e.id
"""


async def test_staff_enroll_a_customer_in_seconds(shop: Shop) -> None:
    card = await shop.anna.enroll("otto@example.com", first_name="Otto")
    assert (card["state"], card["points_balance"], card["already_enrolled"]) == ("active", 0, False)
    assert normalize(card["code"]) == card["code"]
    assert card["enrolled_store"]["code"] == shop.hub
    assert card["page_url"].startswith("http://orion.test/c/")


async def test_enrolling_again_finds_the_card_and_fills_in_what_was_missing(shop: Shop) -> None:
    card = await shop.anna.enroll("otto@example.com", first_name="Otto")
    answer = await shop.luc.send(
        "POST",
        "/store/loyalty/cards/enroll",
        json={"email": "OTTO@example.com", "first_name": "Karl", "phone": "+352 1", "birth_date": "1990-01-01"}
        | {"phone": "+352 621 1"},
        key=new_key(),
    )
    again = answer.json()
    assert answer.status_code == 200
    assert (again["id"], again["already_enrolled"]) == (card["id"], True)
    customer = again["customer"]
    assert (customer["first_name"], customer["phone"], customer["birth_date"]) == ("Otto", "+352 621 1", "1990-01-01")
    assert [store["code"] for store in again["works_at"]] == [shop.hub, shop.outlet]


async def test_an_enrollment_sent_twice_is_answered_twice_the_same(shop: Shop) -> None:
    key, body = new_key(), {"email": "otto@example.com"}
    path = "/store/loyalty/cards/enroll"
    first, second = [await shop.anna.send("POST", path, json=body, key=key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"
    with refused("idempotency_key_reused", 422):
        await shop.anna.enroll("karl@example.com", key=key)
    with refused("idempotency_key_reused", 422):
        await shop.anna.earn(first.json(), cents=100, key=key)


async def test_twins_of_one_enrollment_get_one_answer(shop: Shop) -> None:
    key, path = new_key(), "/store/loyalty/cards/enroll"
    answers = await asyncio.gather(
        *(shop.anna.send("POST", path, json={"email": "otto@example.com"}, key=key) for _ in range(6))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


async def test_one_key_for_two_people_at_once_enrolls_one(shop: Shop) -> None:
    key, path = new_key(), "/store/loyalty/cards/enroll"
    answers = await asyncio.gather(
        *(shop.anna.send("POST", path, json={"email": f"otto{n}@example.com"}, key=key) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert {answer.json().get("code") for answer in answers} >= {"idempotency_key_reused"}


async def test_enrolling_at_the_till_needs_no_key(shop: Shop) -> None:
    card = await shop.anna.post("/store/loyalty/cards/enroll", {"email": "otto@example.com"})
    assert card["already_enrolled"] is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "otto"),
        ("email", "otto@localhost"),
        ("email", "a b@example.com"),
        ("email", "x" * 250 + "@example.com"),
        ("email", "a@x..lu"),
        ("email", "[@x.lu"),
        ("email", "(c)@x.lu"),
        ("email", "a\x01@x.lu"),
        ("email", ":;@x.y"),
        ("email", "\u202eevil@x.lu"),
        ("email", "x@-x.com"),
        ("email", "x@ex_ample.com"),
        ("email", "x@xn--a.com"),
        ("email", "x@\u2100.com"),
        ("email", f"{'x' * 65}@x.com"),
        ("email", "\u200b@x.lu"),
        ("email", "a@x.lu,b@x.lu"),
        ("first_name", ""),
        ("first_name", "   "),
        ("first_name", "\u3164"),
        ("first_name", "\u115f\u1160 \uffa0"),
        ("last_name", "\u2800"),
        ("last_name", "\u200d\ufe0f\u034f"),
        ("first_name", "x" * 101),
        ("first_name", "Otto\r\nX"),
        ("first_name", "\u202eeiraM"),
        ("first_name", "you won 500 EUR, claim at http://evil.example"),
        ("last_name", "look at WWW.evil.example"),
        ("phone", "call me"),
        ("phone", "-----"),
        ("phone", "1-2-3-4"),
        ("phone", "12345\n"),
        ("phone", "+352 1 23 45 67 89 01 23 45"),
        ("phone", "+999 123 4567"),
        ("birth_date", "29.02.1980"),
        ("birth_date", "2026-02-30"),
        ("birth_date", "1899-12-31"),
        ("birth_date", "2999-01-01"),
        ("language", "it"),
        ("nickname", "Otti"),
    ],
)
async def test_what_cannot_be_is_refused_where_it_stands(shop: Shop, field: str, value: str) -> None:
    with refused("validation_failed", 422) as said:
        await shop.anna.post("/store/loyalty/cards/enroll", {"email": "otto@example.com"} | {field: value})
    if field != "nickname":
        assert [error["pointer"] for error in said[0]["errors"]] == [f"/{field}"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
async def test_somebody_born_today_is_welcome_and_tomorrow_is_not_a_birthday(shop: Shop, zone: str) -> None:
    """By the store's calendar: at any moment it is another day at one of the two than by UTC."""
    await shop.change(Store, timezone=zone)
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    await shop.anna.enroll("otto@example.com", birth_date=today.isoformat())
    with refused("validation_failed", 422):
        await shop.anna.enroll("karl@example.com", birth_date=(today + timedelta(days=1)).isoformat())


async def test_a_closed_program_enrolls_nobody(shop: Shop, anonymous: AnonymousCaller) -> None:
    await shop.change(Program, is_active=False)
    with refused("program_inactive", 409):
        await shop.anna.enroll()
    with refused("program_inactive", 409):
        await anonymous.join(shop.hub)
    with refused("program_inactive", 409):
        await anonymous.program(shop.hub)


async def test_the_poster_tells_the_program_in_the_readers_language(anonymous: AnonymousCaller) -> None:
    program = await anonymous.reading("fr").program("fashionhub")
    assert (program["merchant_name"], program["store"]["code"]) == ("Fashion Group", "FASHIONHUB")
    assert program["terms_text"].startswith("Un point par euro")
    assert program["rewards"][0]["name"] == "Bon de 5 €"
    assert program["open_for_enrollment"] is True
    assert program["terms"]["welcome_bonus_points"] == 50


async def test_a_program_has_terms_to_consent_to(anonymous: AnonymousCaller) -> None:
    """The predecessor's bug 18: a program without terms had a dead consent link."""
    for code in ("FASHIONHUB", "FASHIONOUTLET", "AURORA"):
        program = await anonymous.program(code)
        assert program["terms_text"] or program["terms_url"]


async def test_an_unknown_store_has_no_program(anonymous: AnonymousCaller) -> None:
    for ask in (anonymous.program("NOWHERE"), anonymous.join("NOWHERE")):
        with refused("store_not_found", 404):
            await ask


async def test_a_new_customer_joins_and_sees_the_card(opened: OpenShop, anonymous: AnonymousCaller) -> None:
    """The predecessor's bug 10: its success page asked something that needs a sign-in."""
    shop = await opened(terms={"welcome_bonus_points": 50})
    joined = await anonymous.reading("de").join(shop.hub, "otto@example.com", first_name="Otto")
    assert (joined["already_enrolled"], joined["mailed"]) == (False, True)
    assert joined["card"]["points_balance"] == 50
    page = await anonymous.reading("de").card_page(joined["card"]["page_url"])
    assert page["card"]["code"] == joined["card"]["code"]
    assert page["card"]["customer"]["language"] == "de"
    assert [line["kind"] for line in page["transactions"]] == ["welcome_bonus", "enrolled"]
    assert (page["merchant_name"], page["store_code"]) == ("Fashion Group", shop.hub)


async def test_a_birth_date_given_at_the_poster_is_kept(shop: Shop, anonymous: AnonymousCaller) -> None:
    """The predecessor's bug 3."""
    joined = await anonymous.join(shop.hub, "otto@example.com", birth_date="1980-02-29", phone="+352 621 5")
    customer = (await shop.anna.show(joined["card"]))["customer"]
    assert (customer["birth_date"], customer["phone"]) == ("1980-02-29", "+352 621 5")


async def test_without_consent_nobody_joins(shop: Shop, anonymous: AnonymousCaller) -> None:
    for consent in ({"accept_terms": False}, {}):
        with refused("terms_not_accepted", 422):
            await anonymous.post(f"/storefront/loyalty/{shop.hub}/enroll", {"email": "otto@example.com"} | consent)


async def test_a_merchant_may_enroll_at_the_till_only(shop: Shop, anonymous: AnonymousCaller) -> None:
    await shop.change(Policy, allow_self_enrollment=False)
    assert (await anonymous.program(shop.hub))["open_for_enrollment"] is False
    with refused("enrollment_closed", 403):
        await anonymous.join(shop.hub)
    assert await shop.anna.enroll()


async def test_an_address_that_has_a_card_learns_nothing_on_the_page(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card(email="otto@example.com", first_name="Otto", points=77)
    answer = await anonymous.send(
        "POST",
        f"/storefront/loyalty/{shop.outlet}/enroll",
        json={"email": "Otto@example.com", "phone": "+352 666 666", "first_name": "Mallory", "accept_terms": True},
    )
    joined = answer.json()
    assert (answer.status_code, joined["already_enrolled"], joined["mailed"]) == (200, True, True)
    assert {**joined["card"], "id": None} == {"id": None, "code": None, "points_balance": None, "page_url": None}
    assert card["code"] not in answer.text
    customer = (await shop.anna.show(card))["customer"]
    assert (customer["phone"], customer["first_name"]) == (None, "Otto")
    assert ("card_link_requested", card["id"]) in {
        tuple(row) for row in await superuser.fetch(WAITING, shop.merchant_id)
    }


async def test_a_new_customer_joins_once_however_often_the_button_is_pressed(
    shop: Shop, anonymous: AnonymousCaller
) -> None:
    key = new_key()
    first = await anonymous.join(shop.hub, "otto@example.com", key=key)
    assert await anonymous.join(shop.hub, "otto@example.com", key=key) == first
    with refused("idempotency_key_reused", 422):
        await anonymous.join(shop.hub, "karl@example.com", key=key)


async def test_the_key_of_an_anonymous_caller_who_joined_is_not_kept_as_it_was(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    """A reader of a copy of the database repeats nobody's joining: the answer has the address of their card."""
    key = new_key()
    joined = await anonymous.join(shop.hub, "otto@example.com", key=key)
    rows = [row for query in KEPT_KEYS for row in await superuser.fetch(query, shop.merchant_id)]
    kept = {row[0] for row in rows} - {None}
    assert (len(rows), len(kept)) == (2, 1)
    for copied in kept:
        again = await anonymous.join(shop.hub, "otto@example.com", key=copied)
        assert (again["already_enrolled"], again["card"]["page_url"]) == (True, None)
    assert await anonymous.join(shop.hub, "otto@example.com", key=key) == joined


async def test_the_eleventh_to_join_in_a_minute_waits(shop: Shop, anonymous: AnonymousCaller) -> None:
    for _ in range(10):
        await anonymous.join(shop.hub)
    with refused("rate_limited", 429) as said:
        await anonymous.join(shop.hub)
    assert said[0]["retry_after_seconds"] == int(said[0].answer.headers["retry-after"])
    assert await anonymous.but(x_forwarded_for="203.0.113.9").join(shop.hub)


async def test_the_card_page_opens_by_its_address_only(shop: Shop, anonymous: AnonymousCaller) -> None:
    card, other = await shop.a_card(), await shop.a_card()
    token, foreign = (each["page_url"].rpartition("/")[2] for each in (card, other))
    assert (await anonymous.card_page(card["page_url"]))["card"]["id"] == card["id"]
    swapped = token[:40] + foreign[40:]
    forged = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    for wrong in (forged, swapped, "x", "A" * 64, card["id"], token[:-2], "é"):
        with refused("card_not_found", 404):
            await anonymous.card_page(wrong)


async def test_raising_the_page_version_makes_old_addresses_useless(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card()
    await superuser.execute("UPDATE cards SET page_version = page_version + 1 WHERE id = $1", UUID(card["id"]))
    with refused("card_not_found", 404):
        await anonymous.card_page(card["page_url"])
    assert await anonymous.card_page((await shop.anna.show(card))["page_url"])


def test_the_address_outlives_a_rotation_of_the_keys() -> None:
    old, rotated, gone = KeyRing(["old"]), KeyRing(["new", "old"]), KeyRing(["new"])
    merchant, card = UUID(int=1), UUID(int=2)
    token = CardLinks(old, "http://orion.test/").url(merchant, card, 3).rpartition("/")[2]
    link = CardLinks(rotated, "").read(token)
    assert link is not None
    assert CardLinks(rotated, "").opens(link, 3)
    assert not CardLinks(rotated, "").opens(link, 4)
    assert not CardLinks(gone, "").opens(link, 3)


async def test_the_card_page_of_a_card_of_other_days_is_seen_from_its_home(
    shop: Shop, anonymous: AnonymousCaller
) -> None:
    card = await shop.a_card(points=120, at=shop.outlet)
    page = await anonymous.card_page(card["page_url"])
    assert page["store_code"] == shop.outlet
    assert page["card"]["points_balance"] == 120
    assert len(page["transactions"]) == 2


async def test_a_customer_who_lost_the_address_gets_it_by_mail_and_nobody_learns_who_has_a_card(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card(email="otto@example.com")
    token = card["page_url"].rpartition("/")[2]
    answers = [
        await anonymous.send("POST", "/storefront/loyalty/card-links", json=body)
        for body in (
            {"email": "OTTO@example.com", "store_code": shop.hub.lower()},
            {"email": "otto@example.com", "token": token},
            {"email": "nobody@example.com", "store_code": shop.hub},
            {"email": "otto@example.com", "store_code": "NOWHERE", "token": "x"},
        )
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    asked = [row for row in await superuser.fetch(WAITING, shop.merchant_id) if row["name"] == "card_links_asked"]
    assert len(asked) == 3, "also for nobody: who has it is looked up afterwards"
    typed = await superuser.fetch("SELECT email_norm FROM card_link_questions WHERE merchant_id = $1", shop.merchant_id)
    assert sorted(row["email_norm"] for row in typed) == ["nobody@example.com", "otto@example.com", "otto@example.com"]
    with refused("rate_limited", 429):
        for _ in range(2):
            await anonymous.lost_card("otto@example.com")


async def test_a_link_request_needs_an_address(anonymous: AnonymousCaller) -> None:
    with refused("validation_failed", 422):
        await anonymous.lost_card("otto")


async def test_one_person_may_hold_cards_of_two_merchants(sign_in: SignIn, anonymous: AnonymousCaller) -> None:
    anna = await sign_in(ANNA)
    (card,) = await anna.find(MARIE.email)
    joined = await anonymous.join("AURORA", MARIE.email)
    assert joined["already_enrolled"] is True
    assert joined["card"]["id"] != card["id"]
    assert [store["code"] for store in joined["works_at"]] == ["AURORA"]


@pytest.mark.parametrize("email", ["İ" * 127 + "@x.lu", "x" * 210 + "@" + "é" * 40 + ".lu"])
async def test_an_address_that_grows_in_its_common_form_is_refused(
    shop: Shop, anonymous: AnonymousCaller, email: str
) -> None:
    for ask in (shop.anna.enroll(email), anonymous.join(shop.hub, email)):
        with refused("validation_failed", 422) as said:
            await ask
        assert [error["pointer"] for error in said[0]["errors"]] == ["/email"]


async def test_an_address_is_one_however_its_accents_are_composed(shop: Shop) -> None:
    card = await shop.anna.enroll("e\u0301ric@example.com")
    assert (await shop.anna.enroll("\u00e9ric@example.com"))["id"] == card["id"]
    for composed in ("\u00c9ric@example.com", "e\u0301ric@example.com"):
        assert [found["id"] for found in await shop.anna.find(composed)] == [card["id"]]


@pytest.mark.parametrize(("one", "other"), [("ß", "ss"), ("ſ", "s"), ("\u212a", "k")])
async def test_letters_that_look_alike_are_two_customers(shop: Shop, one: str, other: str) -> None:
    cards = [await shop.anna.enroll(f"{letter}@x.lu") for letter in (one, other)]
    assert [card["already_enrolled"] for card in cards] == [False, False]
    for letter, card in zip((one, other), cards, strict=True):
        assert [found["id"] for found in await shop.anna.find(f"{letter}@x.lu")] == [card["id"]]


async def test_an_address_pasted_with_its_wrapping_gives_one_card(shop: Shop, anonymous: AnonymousCaller) -> None:
    card = await shop.anna.enroll(
        "Otto <otto@caf\u00e9.lu>", first_name="Ot\u200bto\t", phone="\u202dtel:+352\u2013621\u00a05\u202c"
    )
    customer = card["customer"]
    assert (customer["email"], customer["first_name"], customer["phone"]) == ("otto@caf\u00e9.lu", "Otto", "+352-621 5")
    for again in ("mailto:otto@xn--caf-dma.lu", "OTTO@\ufeffcafe\u0301.lu"):
        assert (await anonymous.join(shop.hub, again))["already_enrolled"]


async def test_a_name_is_kept_without_the_spaces_around_it(shop: Shop) -> None:
    card = await shop.anna.enroll(first_name=" Otto ", last_name="Weber ")
    assert card["customer"]["name"] == "Otto Weber"


async def test_a_key_stays_used_when_its_answer_is_not_kept_any_more(shop: Shop, anonymous: AnonymousCaller) -> None:
    key = new_key()
    card = await shop.anna.enroll("otto@example.com", key=key)
    await anonymous.join(shop.hub, "emil@example.com", key=key)
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        await session.execute(delete(StoredAnswer).where(StoredAnswer.merchant_id == shop.merchant_id))
    for ask in (shop.anna.enroll("karl@example.com", key=key), anonymous.join(shop.hub, "karl@example.com", key=key)):
        with refused("already_booked", 409) as again:
            await ask
        told = await shop.anna.get(again[0]["ask_at"].removeprefix("/api/v1"))
        assert told == {"state": "booked", "transaction_id": again[0]["transaction_id"]}
    assert await shop.anna.find("karl@example.com") == []
    assert (await shop.anna.enroll("otto@example.com", key=key))["id"] == card["id"]


async def test_tills_that_enroll_one_person_at_once_keep_and_show_the_first_name_only(shop: Shop) -> None:
    """The names of the others are not even findable."""
    names = ["Otto", "Karl", "Emil", "Hugo"]
    cards = await asyncio.gather(*(shop.anna.enroll("o@example.com", first_name=name) for name in names))
    (name,) = {card["customer"]["first_name"] for card in cards}
    assert [len(await shop.anna.find(each)) for each in names] == [int(each == name) for each in names]


async def test_tills_that_complete_one_person_at_once_keep_the_first_answer(shop: Shop) -> None:
    await shop.anna.enroll("o@example.com")
    names = ["Otto", "Karl", "Emil", "Hugo"]
    cards = await asyncio.gather(*(shop.anna.enroll("o@example.com", first_name=name) for name in names))
    (name,) = {card["customer"]["first_name"] for card in cards}
    assert [len(await shop.anna.find(each)) for each in names] == [int(each == name) for each in names]


async def test_stores_that_begin_to_share_cards_make_no_further_one(opened: OpenShop) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50}, policy={"allow_cross_location_redemption": False})
    at_hub, at_outlet = await shop.anna.enroll("o@example.com"), await shop.luc.enroll("o@example.com")
    assert at_hub["id"] != at_outlet["id"]
    await shop.change(Policy, allow_cross_location_redemption=True)
    for till, card in ((shop.anna, at_hub), (shop.luc, at_outlet)):
        again = await till.enroll("o@example.com")
        assert (again["id"], again["already_enrolled"], again["points_balance"]) == (card["id"], True, 50)


async def test_a_card_of_one_store_works_everywhere_once_its_holder_shows_up_elsewhere(opened: OpenShop) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50}, policy={"allow_cross_location_redemption": False})
    card = await shop.anna.enroll("o@example.com")
    await shop.change(Policy, allow_cross_location_redemption=True)
    again = await shop.luc.enroll("o@example.com")
    assert (again["id"], again["already_enrolled"], again["points_balance"]) == (card["id"], True, 50)
    assert [store["code"] for store in again["works_at"]] == [shop.hub, shop.outlet]
    assert (await shop.luc.earn(card, cents=100))["card"]["points_balance"] == 51


async def test_stores_that_stop_sharing_cards_make_no_second_one(opened: OpenShop) -> None:
    shop = await opened(terms={"welcome_bonus_points": 50})
    card = await shop.anna.enroll("o@example.com")
    await shop.change(Policy, allow_cross_location_redemption=False)
    for till in (shop.anna, shop.luc):
        again = await till.enroll("o@example.com")
        assert (again["id"], again["already_enrolled"], again["points_balance"]) == (card["id"], True, 50)
    assert len(await shop.anna.find("o@example.com")) == 1


async def test_the_card_page_tells_nothing_that_is_not_on_the_card(shop: Shop, anonymous: AnonymousCaller) -> None:
    """The address may have been forwarded to somebody else."""
    card = await shop.a_card(
        email="otto.w@example.com", first_name="Otto", phone="+352 621 999 888", birth_date=date(1980, 2, 29), points=9
    )
    await shop.claire.adjust(card, 5, "Suspected fraud, watch him")
    await shop.anna.earn(card, cents=100, order_reference="R-4711", notes="Regular")
    page = await anonymous.send("GET", f"/storefront/loyalty/cards/{card['page_url'].rpartition('/')[2]}")
    assert page.json()["card"]["customer"] == {"name": "Otto", "language": "en"}
    assert [line["kind"] for line in page.json()["transactions"]] == ["earned", "adjusted", "earned", "enrolled"]
    for secret in ("fraud", "otto.w", "999 888", "999888", "1980-02-29", "Claire", "Anna", "R-4711", "Regular"):
        assert secret not in page.text


@pytest.mark.parametrize(
    "name",
    [
        "O'Neil",
        "J.R.",
        "J. R. R.",
        "Anne-Marie",
        "St. John",
        "Müller-Lüdenscheidt",
        "Ngọc Ánh",
        "Марія",
        "李雷",
        "Zoe\u0308",
        "علی\u200cرضا",
        "क्\u200dष",
        "สมชาย",
        "Louis XIV",
    ],
)
async def test_a_name_is_taken_and_greeted(shop: Shop, anonymous: AnonymousCaller, name: str) -> None:
    joined = await anonymous.join(shop.hub, first_name=name, last_name=name)
    page = await anonymous.card_page(joined["card"]["page_url"])
    assert page["card"]["customer"]["name"] == f"{name} {name}"
    assert name_to_greet(name) == name


HIDDEN_SITES = [
    f"evil{hidden}.{beside}example"
    for mark in "\u00ad\u0338\u034f\u180e\u200b\u200d\u2061\u2064\u20dd\ufe0f\U000e0020\U000e01ef"
    for hidden, beside in (("", mark), (mark, ""), (mark, mark))
]
"""A site, with a mark beside its dot."""


@pytest.mark.parametrize("name", ["EVIL.COM", "evil .example", "evil.中国", "Www evil com", "http:evil", *HIDDEN_SITES])
def test_a_mail_greets_nobody_by_what_may_be_a_site(name: str) -> None:
    assert name_to_greet(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "evil.example/free-iphone",
        "www.x.y",
        "Win 1000 EUR at bit.ly",
        "bit.ly",
        "evil․example",
        "evil。example",
        "WWW．evil",
        "me@evil.example",
        "call 0900 12",
        "c:\\x",
        "https://x",
        "ww\u200dw.evil",
        "me\uff20evil",
        "0900\u0338 1",
        "evil.\ufe0fe\ufe0fxample",
    ],
)
@pytest.mark.parametrize("field", ["first_name", "last_name"])
async def test_what_is_no_name_is_refused_at_the_poster(
    shop: Shop, anonymous: AnonymousCaller, name: str, field: str
) -> None:
    with refused("validation_failed", 422) as said:
        await anonymous.join(shop.hub, **{field: name})
    assert [error["pointer"] for error in said[0]["errors"]] == [f"/{field}"]


@pytest.mark.parametrize("name", HIDDEN_SITES)
def test_no_mark_hides_a_site_from_the_poster(name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="first_name"):
        msgspec.convert({"email": "otto@example.com", "first_name": name, "accept_terms": True}, SelfEnroll)


async def test_a_customers_language_is_theirs_to_choose_and_their_passes_follow(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    card = await shop.a_card()
    path = f"/storefront/loyalty/cards/{card['page_url'].rpartition('/')[2]}"
    page = await anonymous.ask("PATCH", path, json={"language": "lb"})
    assert page["card"]["customer"]["language"] == "lb"
    assert (await anonymous.card_page(card["page_url"]))["card"]["customer"]["language"] == "lb"
    told = "SELECT count(*) FROM events WHERE name = 'customer_changed'"
    known = await superuser.fetchval(told)
    await anonymous.ask("PATCH", path, json={"language": "lb"})
    assert await superuser.fetchval(told) == known, "the same language again is no change"
    with refused("validation_failed", 422):
        await anonymous.ask("PATCH", path, json={"language": "zh"})
    with refused("card_not_found", 404):
        await anonymous.ask("PATCH", f"{path}x", json={"language": "de"})


async def test_a_language_chosen_on_the_page_of_a_merged_card_is_kept(shop: Shop, anonymous: AnonymousCaller) -> None:
    kept, other = await shop.a_card(), await shop.a_card()
    merge = await Office.of(shop.claire).merge(kept, other)
    path = f"/storefront/loyalty/cards/{other['page_url'].rpartition('/')[2]}"
    page = await anonymous.ask("PATCH", path, json={"language": "lb"})
    assert (page["card"]["id"], page["card"]["customer"]["language"]) == (kept["id"], "lb")
    assert (await shop.anna.show(kept))["customer"]["language"] == "lb"
    await Office.of(shop.claire).reverse(merge)
    assert (await shop.anna.show(other))["customer"]["language"] == other["customer"]["language"] == "en"


async def test_an_enrollment_while_a_merge_wants_the_same_rows_gives_the_card(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    """Each waits for a row of the other: PostgreSQL ends the enrollment's turn, and it tries again."""
    kept, other = await shop.a_card(), await shop.a_card()
    await Office.of(shop.claire).merge(kept, other)
    first, second = sorted(UUID(card["customer"]["id"]) for card in (kept, other))
    await superuser.execute("SET deadlock_timeout = '1min'")
    try:
        async with superuser.transaction():
            await superuser.execute(LOCK, shop.merchant_id, second)
            enrolling = asyncio.create_task(shop.anna.enroll(other["customer"]["email"]))
            await until(lambda: superuser.fetchval(WAITS_FOR_US))
            await superuser.execute(LOCK, shop.merchant_id, first)
        assert (await enrolling)["id"] == kept["id"]
    finally:
        await superuser.execute("RESET deadlock_timeout")
