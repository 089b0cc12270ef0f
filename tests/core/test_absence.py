"""Null in a request body: for an optional field it says that the field is absent."""

import msgspec
import pytest

from backend.core.absence import absent_when_null
from backend.core.schemas import Body
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.loyalty.rewards.schemas import RewardChange
from tests.world.caller import Json, refused
from tests.world.document import document_text
from tests.world.shop import Shop

SCHEMAS: dict[str, Json] = msgspec.json.decode(document_text())["components"]["schemas"]


async def test_a_sale_with_null_for_what_it_lacks_is_recorded(shop: Shop) -> None:
    """So does gson of Kotlin write an absent list."""
    card = await shop.a_card()
    earned = await shop.anna.earn(card, cents=2550, category_ids=None, notes=None, staff_pin=None)
    assert earned["points_earned"] == 25


async def test_what_is_needed_cannot_be_null(shop: Shop) -> None:
    card = await shop.a_card()
    with refused("validation_failed", 422):
        await shop.anna.post(f"/store/loyalty/cards/{card['id']}/points", {"purchase_amount_cents": None}, key="k")


@pytest.mark.parametrize(("struct", "name"), [(Earn, "category_ids")])
def test_an_optional_field_takes_null(struct: type[Body], name: str) -> None:
    assert name in absent_when_null(struct)
    assert "null" in SCHEMAS[struct.__name__]["properties"][name]["type"]


def test_in_a_patch_null_is_taken_only_by_what_it_clears() -> None:
    assert absent_when_null(RewardChange) == set()
    cleared = [
        name for name, schema in SCHEMAS["RewardChange"]["properties"].items() if "null" in schema.get("type", [])
    ]
    assert cleared
    for name in cleared:
        assert "Null clears it" in SCHEMAS["RewardChange"]["properties"][name]["description"]
    assert "null" not in SCHEMAS["RewardChange"]["properties"]["points_required"]["type"]


def test_every_optional_field_of_a_request_says_so() -> None:
    for struct in Body.__subclasses__():
        for name in absent_when_null(struct) if struct.__name__ in SCHEMAS else ():
            told = SCHEMAS[struct.__name__]["properties"][name]
            assert "null" in told.get("type", []) or {"type": "null"} in told.get("oneOf", []), (struct, name)
