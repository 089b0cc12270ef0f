"""What looks like a number and is none is refused where it stands."""

from typing import Any

import pytest

from tests.world.caller import Refused, new_key, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller


@pytest.mark.parametrize("cents", ["2550", "1e3", 25.5, True, [2550], {"euro": 25}])
async def test_an_amount_is_a_whole_number_of_cents_and_nothing_else(shop: Shop, cents: Any) -> None:
    """The predecessor's bug 13: its amount took letters and composed keys."""
    card = await shop.a_card()
    with refused("validation_failed", 422) as said:
        await shop.anna.earn(card, cents=cents)
    (error,) = said[0]["errors"]
    assert (error["pointer"], error["code"]) == ("/purchase_amount_cents", "wrong_type")
    assert (error["expected"], error["detail"]) == ("integer", "Enter a whole number.")
    assert (await shop.anna.show(card))["points_balance"] == 0


@pytest.mark.parametrize("body", [[], "text", 7, {"purchase_amount_cents": 100, "misspelt": 1}])
async def test_a_body_of_another_shape_is_refused(shop: Shop, body: Any) -> None:
    card = await shop.a_card()
    with pytest.raises(Refused) as said:
        await shop.anna.post(f"/store/loyalty/cards/{card['id']}/points", body, key="k")
    assert said.value["code"] == "validation_failed"


@pytest.mark.parametrize("mark", ["\x00", "\x01", "\x0b", "\x1b", "\x7f", "\x85"])
async def test_a_text_with_control_characters_is_refused_where_it_stands(shop: Shop, mark: str) -> None:
    card = await shop.a_card()
    for field in ("notes", "order_reference"):
        with refused("validation_failed", 422) as said:
            await shop.anna.earn(card, cents=100, **{field: f"a{mark}b"})
        assert [error["pointer"] for error in said[0]["errors"]] == [f"/{field}"]
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_control_characters_are_refused_however_deep_they_are(shop: Shop) -> None:
    card = await shop.a_card()
    for value, place in (
        ([{"a": ["\x00"]}], "/override/0/a/0"),
        ({"\x00": 1}, "/override"),
        ({"email": "a\x00@example.com", "pin": "1234"}, "/override/email"),
    ):
        with refused("validation_failed", 422) as said:
            await shop.anna.earn(card, cents=100, override=value)
        assert (said[0]["errors"][0]["pointer"], said[0]["errors"][0]["code"]) == (place, "invalid_characters")


async def test_notes_may_have_lines_and_tabs(shop: Shop) -> None:
    card = await shop.a_card()
    assert (await shop.anna.earn(card, cents=100, notes="one\r\ntwo\tthree"))["points_earned"] == 1


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"purchase_amount_cents":100,"notes":"\xff"}',
        b'{"purchase_amount_cents":100,"notes":"\\ud800"}',
        '{"purchase_amount_cents":100}'.encode("utf-16"),
        b"{",
    ],
    ids=["deep list", "deep object", "no UTF-8", "half a letter", "UTF-16", "cut off"],
)
async def test_what_is_no_json_is_told_so(shop: Shop, body: bytes) -> None:
    card = await shop.a_card()
    path, headers = f"/store/loyalty/cards/{card['id']}/points", {"content-type": "application/json"}
    with refused("malformed_json", 400):
        await shop.anna.ask("POST", path, content=body, headers=headers, key=new_key())


async def test_no_store_and_no_booking_has_a_name_with_a_nul(shop: Shop, anonymous: AnonymousCaller) -> None:
    with refused("store_not_found", 404):
        await anonymous.program("%00")
    assert await shop.anna.state_of("a%00b") == "not_booked"
