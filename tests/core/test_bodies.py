"""What looks like a number and is none is refused where it stands."""

from typing import Any

import pytest

from tests.world.caller import Refused, refused
from tests.world.shop import Shop


@pytest.mark.parametrize("cents", ["2550", "1e3", 25.5, True, None, [2550], {"euro": 25}])
async def test_an_amount_is_a_whole_number_of_cents_and_nothing_else(shop: Shop, cents: Any) -> None:
    """The predecessor's bug 13: its amount took letters and composed keys."""
    card = await shop.a_card()
    with refused("validation_failed", 422) as said:
        await shop.anna.earn(card, cents=cents)
    (error,) = said[0]["errors"]
    assert (error["pointer"], error["code"]) == ("/purchase_amount_cents", "invalid")
    assert (await shop.anna.show(card))["points_balance"] == 0


@pytest.mark.parametrize("body", [[], "text", 7, {"purchase_amount_cents": 100, "misspelt": 1}])
async def test_a_body_of_another_shape_is_refused(shop: Shop, body: Any) -> None:
    card = await shop.a_card()
    with pytest.raises(Refused) as said:
        await shop.anna.post(f"/store/loyalty/cards/{card['id']}/points", body, key="k")
    assert said.value["code"] == "validation_failed"
