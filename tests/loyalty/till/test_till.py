"""What the till asks before it books: program, cards, its page."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.core.clock import clock
from backend.loyalty.cards.code import show
from backend.loyalty.programs.models import Program
from backend.merchants.models import Store
from tests.conftest import OpenShop, SignIn
from tests.world import ANNA, JEAN, LUC, LUC_HOFFMANN, MARIE, SOFIA, Customer
from tests.world.caller import Json, refused
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Till


@pytest.fixture
async def anna(sign_in: SignIn) -> Till:
    return await sign_in(ANNA)


async def test_the_program_is_as_the_till_needs_it(anna: Till) -> None:
    program = await anna.program()
    assert (program["type"], program["name"], program["currency"]) == ("hybrid", "Fashion Club", "EUR")
    assert [reward["points_required"] for reward in program["rewards"]] == [100, 500]
    assert [category["name"] for category in program["categories"]] == ["Women", "Men", "Kids", "Shoes"]
    terms = program["terms"]
    assert (terms["points_per_euro"], terms["stamps_target"], terms["cooldown_minutes"]) == ("1", 10, 15)
    assert program["policy"]["staff_pin_policy"] == "optional"
    assert program["store"]["code"] == "FASHIONHUB"


@pytest.mark.parametrize(("language", "first"), [("fr", "Femmes"), ("de", "Damen"), ("lb", "Dammen"), ("it", "Women")])
async def test_names_are_in_the_readers_language(anna: Till, language: str, first: str) -> None:
    assert (await anna.reading(language).program())["categories"][0]["name"] == first


async def test_a_store_without_categories_has_none(sign_in: SignIn) -> None:
    assert (await (await sign_in(LUC)).program())["categories"] == []


@pytest.mark.parametrize("switched", ["merchant", "store"])
async def test_a_store_goes_live_by_a_switch(shop: Shop, switched: str) -> None:
    card = await shop.a_card()
    await shop.switch_loyalty(is_enabled=False, at=shop.hub if switched == "store" else None)
    anna = shop.anna
    looks = (anna.show(card), anna.find(card["code"]), anna.history(card), anna.explain(card), anna.bookings())
    for ask in (anna.program(), anna.till(), anna.stamp(card), anna.enroll(), *looks):
        with refused("feature_disabled", 403):
            await ask
    assert (await Office.of(shop.claire).show(card))["id"] == card["id"], "an office sees its cards all the same"
    page = await AnonymousCaller(anna.http, anna._promises).card_page(card["page_url"])
    assert page["paused_store"] == "HUB", "the customer still sees the balance"
    if switched == "store":
        assert await shop.luc.program()


async def test_the_stores_own_switch_beats_the_merchants(shop: Shop) -> None:
    await shop.switch_loyalty(is_enabled=False)
    await shop.switch_loyalty(is_enabled=True, at=shop.hub)
    assert await shop.anna.program()
    with refused("feature_disabled", 403):
        await shop.luc.program()


async def test_a_closed_program_is_told(shop: Shop) -> None:
    await shop.change(Program, is_active=False)
    for ask in (shop.anna.program(), shop.anna.till()):
        with refused("program_inactive", 409):
            await ask


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("marie.weber@example.com", [MARIE]),
        ("  Marie.WEBER@example.com ", [MARIE]),
        ("+352 621 123 456", [MARIE]),
        ("621123456", [MARIE]),
        ("00352621123456", [MARIE]),
        ("weber", [MARIE]),
        ("mar web", [MARIE]),
        ("WEBER Marie", [MARIE]),
        ("muller", [JEAN]),
        ("Müller", [JEAN]),
        ("mu", [JEAN]),
        ("sofia pereira", [SOFIA]),
        ("hoffmann", [LUC_HOFFMANN]),
        ("marie hoffmann", []),
        ("zz", []),
        ("nobody@example.com", []),
        ("%%", []),
        ("__", []),
        ("621", []),
    ],
)
async def test_a_customer_is_found_by_what_they_say(anna: Till, query: str, found: list[Customer]) -> None:
    cards = await anna.find(query)
    told = {card["customer"]["email"] for card in cards}
    assert {customer.email for customer in found} <= told if found else not told


async def test_a_card_is_found_by_its_code_however_it_is_typed(anna: Till) -> None:
    (card,) = await anna.find(MARIE.email)
    code = card["code"]
    for typed in (code, code.lower(), show(code), show(code).replace(" ", "-")):
        assert [found["id"] for found in await anna.find(typed)] == [card["id"]]


async def test_a_code_with_a_wrong_letter_finds_nobody(anna: Till) -> None:
    (card,) = await anna.find(MARIE.email)
    wrong = ("C" if card["code"][0] == "B" else "B") + card["code"][1:]
    assert await anna.find(wrong) == []


async def test_the_finder_shows_at_most_five_those_seen_last_first(shop: Shop) -> None:
    for number in range(7):
        await shop.a_card(first_name="Otto", last_name=f"Otto{number}")
        clock.move(timedelta(minutes=1))
    found = await shop.anna.find("otto")
    assert [card["customer"]["last_name"] for card in found] == [f"Otto{number}" for number in (6, 5, 4, 3, 2)]


async def test_another_merchants_customers_are_not_found(shop: Shop) -> None:
    assert await shop.anna.find("weber") == []


async def test_with_stores_kept_apart_the_finder_sees_its_own_cards(opened: OpenShop) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    card = await shop.a_card(at=shop.hub, first_name="Otto")
    assert len(await shop.anna.find("otto")) == 1
    assert await shop.luc.find("otto") == []
    assert await shop.luc.find(card["code"]) == []


@pytest.mark.parametrize("query", ["", "x", "x" * 255])
async def test_a_query_too_short_or_too_long_is_refused(anna: Till, query: str) -> None:
    with refused("validation_failed", 422):
        await anna.find(query)


@pytest.mark.parametrize("query", ["é", "1", "\N{THAI CHARACTER KO KAI}"])
async def test_one_letter_is_enough_only_where_one_may_be_a_name(anna: Till, query: str) -> None:
    with refused("validation_failed", 422):
        await anna.find(query)


async def test_a_single_letter_beside_spaces_finds_nobody(anna: Till) -> None:
    assert await anna.find("m ") == []


async def test_the_card_shows_what_is_known_of_the_customer(shop: Shop) -> None:
    """The predecessor's bugs 2, 3 and 6: phone, birth date and enrollment date were kept and not shown."""
    enrolled = await shop.anna.enroll(
        "otto@example.com", first_name="Otto", phone="+352 621 999 888", birth_date="1980-02-29", language="de"
    )
    card = await shop.anna.show(enrolled)
    customer = card["customer"]
    assert (customer["phone"], customer["birth_date"], customer["language"]) == ("+352 621 999 888", "1980-02-29", "de")
    assert (customer["name"], customer["first_name"], customer["last_name"]) == ("Otto", "Otto", None)
    assert card["enrolled_at"] == enrolled["enrolled_at"]
    assert card["enrolled_store"]["code"] == shop.hub


async def test_an_id_means_the_same_everywhere(shop: Shop) -> None:
    """The predecessor's bug 5: `card_id` here and `id` there, and every action of the tablet failed."""
    card = await shop.anna.enroll("otto@example.com")
    (found,) = await shop.anna.find("otto@example.com")
    booked = await shop.anna.earn(found["id"], cents=100)
    page = await shop.anna.till(found["id"])
    line = (await shop.anna.history(found["id"]))["data"][0]
    ids = {card["id"], found["id"], booked["card"]["id"], page["card"]["id"], booked["transaction"]["card_id"]}
    assert ids == {line["card_id"]}


async def test_a_seeded_customer_has_the_history_of_the_documents(anna: Till) -> None:
    (card,) = await anna.find(MARIE.email)
    assert card["points_balance"] == 50 + 129 + 87 + 43 + 99 + 26 + 24 + 2
    assert card["stamp_count"] == 6
    assert (card["customer"]["name"], card["customer"]["language"]) == ("Marie Weber", "fr")
    assert len((await anna.history(card))["data"]) == 14


async def test_an_unknown_card_is_not_found(shop: Shop) -> None:
    for look in (shop.anna.show, shop.anna.till, shop.anna.history, shop.anna.stamp):
        with refused("card_not_found", 404):
            await look(str(uuid4()))


async def test_what_is_no_id_is_no_address(shop: Shop) -> None:
    with refused("not_found", 404):
        await shop.anna.show("marie")


async def test_an_erased_card_is_nobodys(shop: Shop) -> None:
    card = await shop.a_card(first_name="Otto")
    await shop.erase(card)
    assert await shop.anna.find(card["code"]) == []
    with refused("card_not_found", 404):
        await shop.anna.show(card)


async def test_the_tills_page_is_one_answer(shop: Shop) -> None:
    card = await shop.a_card(points=10)
    booked = await shop.anna.earn(card, cents=500)
    page = await shop.anna.till(card)
    assert page["program"] == await shop.anna.program()
    assert page["card"] == await shop.anna.show(card)
    assert [line["amount"] for line in page["recent"]] == [5, 10, 0]
    assert page["undo"] == {"transaction_id": booked["transaction"]["id"], "until": booked["undo_until"]}
    assert (await shop.anna.till())["card"] is None


async def test_undo_is_offered_to_who_booked_it_and_for_a_moment(shop: Shop) -> None:
    card = await shop.a_card()
    booked = await shop.anna.earn(card, cents=500)
    assert (await shop.claire.till())["undo"] is None
    clock.move(timedelta(seconds=18))
    assert (await shop.anna.till())["undo"]["transaction_id"] == booked["transaction"]["id"]
    await shop.anna.void(booked)
    assert (await shop.anna.till())["undo"] is None
    again = await shop.anna.earn(card, cents=500)
    clock.move(timedelta(seconds=21))
    assert (await shop.anna.till())["undo"] is None
    assert (await shop.anna.till())["recent"][0]["id"] == again["transaction"]["id"]


async def test_undo_is_offered_to_the_till_that_booked_it_and_not_to_its_person_elsewhere(shop: Shop) -> None:
    card = await shop.a_card()
    other_till = await shop.sign_in_again("anna")
    booked = await shop.anna.earn(card, cents=500)
    assert (await other_till.till())["undo"] is None
    assert (await shop.anna.till())["undo"]["transaction_id"] == booked["transaction"]["id"]


async def test_the_page_shows_the_last_eight_bookings_of_the_store(shop: Shop) -> None:
    card = await shop.a_card()
    for euros in range(1, 11):
        await shop.anna.earn(card, cents=euros * 100)
    assert [line["amount"] for line in (await shop.anna.till())["recent"]] == [10, 9, 8, 7, 6, 5, 4, 3]


@pytest.mark.parametrize(
    ("key", "state"), [("never sent", "not_booked"), ("é" * 10, "not_booked"), ("x" * 400, "not_booked")]
)
async def test_a_till_without_an_answer_may_ask(shop: Shop, key: str, state: str) -> None:
    assert await shop.anna.state_of(key) == state


async def test_another_merchants_key_says_nothing(shop: Shop, opened: OpenShop) -> None:
    other = await opened()
    await other.anna.earn(await other.a_card(), cents=100, key="theirs")
    assert await other.anna.state_of("theirs") == "booked"
    assert await shop.anna.state_of("theirs") == "not_booked"


async def test_a_method_that_is_not_offered_is_told(anonymous: AnonymousCaller) -> None:
    with refused("method_not_allowed", 405):
        await anonymous.ask("DELETE", "/auth/me")


async def test_a_body_beyond_all_measure_is_refused(anonymous: AnonymousCaller) -> None:
    with refused("payload_too_large", 413):
        await anonymous.ask(
            "POST",
            "/auth/sign-in",
            content=b'{"email": "' + b"x" * 1_100_000 + b'"}',
            headers={"content-type": "application/json"},
        )


@pytest.mark.parametrize(
    ("kept", "typed", "is_found"),
    [
        ("+352 26 12 34 56", "26 12 34 56", True),
        ("26 12 34 56", "+352 26 12 34 56", True),
        ("+352 26 12 34 56", "27 12 34 56", False),
        ("+352 621 123 456", "00352 621 123 456", True),
        ("+352 621 123 456", "621 123 456", True),
        ("+352 621 123 456", "0621 123 456", True),
        ("+352 (0)621 123 456", "+352 621 123 456", True),
        ("621-123-456", "tel:+352\u2013621\u2013123\u2013456", True),
        ("+352 621 123 456", "+33 621 123 456", False),
        ("+33 6 21 12 34 56", "621 123 456", False),
        ("+352 621 123 456", "+352 123 456", False),
        ("12345", "+352 12345", True),
        ("112345", "+352 12345", False),
    ],
)
async def test_a_number_finds_only_its_own_card(shop: Shop, kept: str, typed: str, is_found: bool) -> None:
    card = await shop.a_card(phone=kept)
    await shop.a_card(phone="+352 691 777 888")
    matches = await shop.anna.look_up(typed)
    assert ([found["id"] for found in matches["cards"]], matches["matched_by"]) == (
        [card["id"]] if is_found else [], "phone",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [("3456", 3), ("23456", 2), ("12 34 56", 2), ("123 456", 2), ("3457", 0), ("345", None), ("5 6 1 2", 0)],
)
async def test_last_digits_find_many_and_are_never_sure_of_one(shop: Shop, typed: str, found: int | None) -> None:
    for phone in ("+352 621 123 456", "+33 6 21 12 34 56", "+352 26 99 34 56", "+352 691 777 888"):
        await shop.a_card(phone=phone)
    matches = await shop.anna.look_up(typed)
    assert len(matches["cards"]) == (found or 0)
    assert matches["matched_by"] == ("name" if found is None else "phone_ending")


async def test_a_single_card_found_by_last_digits_is_a_choice_all_the_same(shop: Shop) -> None:
    card = await shop.a_card(phone="+352 621 123 456")
    matches = await shop.anna.look_up("3456")
    assert [found["id"] for found in matches["cards"]] == [card["id"]]
    assert matches["matched_by"] == "phone_ending"


async def test_a_number_is_of_the_country_of_the_store(shop: Shop) -> None:
    await shop.change(Store, country="DE")
    card = await shop.a_card(phone="0151 23456789")
    for typed in ("+49 151 23456789", "0049 (0)151 23456789", "0151 23456789", "0151/234 567 89"):
        assert [found["id"] for found in await shop.anna.find(typed)] == [card["id"]]
    await shop.change(Store, country="LU")
    assert await shop.anna.find("+352 151 23456789") == []
    assert [found["id"] for found in await shop.anna.find("+49 151 23456789")] == [card["id"]]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Müller", "Mueller"),
        ("Mueller", "muller"),
        ("O’Neill", "oneill"),
        ("ONeill", "O'Neill"),
        ("McDonald", "mac donald"),
        ("Jean-Luc", "jean luc"),
        ("Jeanluc", "Jean-Luc"),
        ("शर्मा", "शर्मा"),
        ("สมชาย", "สมชาย"),
    ],
)
async def test_a_customer_is_found_however_the_name_is_written(shop: Shop, name: str, asked: str) -> None:
    card = await shop.a_card(first_name=name, last_name="Weber")
    for typed in (asked, f"{asked} weber", card["customer"]["name"]):
        matches = await shop.anna.look_up(typed)
        assert ([found["id"] for found in matches["cards"]], matches["matched_by"]) == ([card["id"]], "name")


async def test_a_customer_without_a_name_is_found_by_the_one_that_is_shown(shop: Shop) -> None:
    card = await shop.a_card(email="otto.w_2@example.com")
    assert card["customer"]["name"] == "otto.w_2"
    for typed in ("otto.w_2", "otto"):
        assert [found["id"] for found in await shop.anna.find(typed)] == [card["id"]]


@pytest.mark.parametrize("name", ["J R", "J. R.", "李 小龍"])
async def test_a_shown_name_of_few_letters_is_found(shop: Shop, name: str) -> None:
    card = await shop.a_card(first_name=name)
    assert [found["id"] for found in await shop.anna.find(card["customer"]["name"])] == [card["id"]]


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        ({"email": "12345678@qq.com"}, "12345678"),
        ({"email": "3456@qq.com"}, "3456"),
        ({"email": "621999888@qq.com"}, "621999888"),
        ({"email": "800-555@qq.com"}, "800-555"),
        ({"first_name": "Ann@Work"}, "Ann@Work"),
        ({"first_name": "Jean", "last_name": "@ Home"}, "Jean @ Home"),
        ({"first_name": "4711", "last_name": "2026"}, "4711 2026"),
        ({"first_name": "李"}, "李"),
        ({"first_name": "ア"}, "ア"),
        ({"first_name": "김"}, "김"),
        ({"email": "李@例え.jp"}, "李"),
    ],
)
async def test_every_name_that_is_shown_finds_its_card(shop: Shop, person: Json, shown: str) -> None:
    """Also where it looks like an address or a number, and where others' numbers end so."""
    card = await shop.a_card(**person)
    assert card["customer"]["name"] == shown
    for ending in range(6):
        await shop.a_card(first_name="Otto", phone=f"+352 69{ending} 003 456")
    found = await shop.anna.find(shown)
    assert (found[0]["id"], len(found)) == (card["id"], 5 if shown == "3456" else 1)
    assert (await Office.of(shop.claire).find(shown))[0]["id"] == card["id"]


async def test_an_address_or_a_number_that_nobody_has_opens_nobodys_card(shop: Shop) -> None:
    await shop.a_card(first_name="Jean", last_name="Lux")
    await shop.a_card(email="6219998887@qq.com")
    for typed, taken_for in (("jean@lux.lu", "email"), ("621 999 888", "phone")):
        matches = await shop.anna.look_up(typed)
        assert (matches["cards"], matches["matched_by"]) == ([], taken_for)


async def test_a_number_finds_its_own_card_also_where_another_is_called_so(shop: Shop) -> None:
    card = await shop.a_card(phone="+352 621 999 888")
    await shop.a_card(email="621999888@qq.com")
    matches = await shop.anna.look_up("621999888")
    assert ([found["id"] for found in matches["cards"]], matches["matched_by"]) == ([card["id"]], "phone")


async def test_what_is_pasted_or_scanned_finds_as_if_it_had_been_typed(shop: Shop) -> None:
    card = await shop.a_card(email="otto@café.lu", first_name="Otto", phone="+352 621 123 456")
    code = card["code"]
    pasted = (
        f"]Q1{code}",
        f"{code}\t",
        "—".join((code[:4], code[4:8], code[8:12], code[12:])),
        ".".join((code[:4], code[4:8], code[8:12], code[12:])),
        f"\u202a{show(code)}\u202c",
        "Otto <OTTO@xn--caf-dma.lu>",
        "mailto:otto@cafe\u0301.lu",
        "\ufeffotto@\u200bcafé.lu",
        "\u202a+352\u00a0621\u00a0123\u00a0456\u202c",
        "\u202d+352 621 123 456\u202c",
        "ot\u00adto",
    )
    for text in pasted:
        assert [found["id"] for found in await shop.anna.find(text)] == [card["id"]], text
