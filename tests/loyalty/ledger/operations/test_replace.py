"""A lost card gets a new code at once; the old one is refused from then on."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.loyalty.cards import code as card_code
from backend.loyalty.enrollment import enrollee
from backend.loyalty.ledger.operations import replace as replacing
from backend.merchants.models import Policy
from i18n.formatting import get_formatter
from tests.conftest import OpenShop
from tests.world.caller import Json, new_key, refused
from tests.world.shop import Shop
from tests.world.till import Card, Till


async def replace(till: Till, card: Card, reason: str = "Lost", *, key: str | None = None, **body: str) -> Json:
    return await till.post(
        f"/store/loyalty/cards/{card['id']}/replace", {"reason": reason} | body, key=key or new_key()
    )


async def test_the_new_code_opens_the_card_with_all_it_held(shop: Shop) -> None:
    card = await shop.a_card(points=120, stamps=3)
    new = (await replace(shop.anna, card))["card"]
    assert new["id"] == card["id"]
    assert new["code"] != card["code"]
    assert card_code.normalize(new["code"]) == new["code"]
    [found] = await shop.luc.find(new["code"])
    assert (found["id"], found["points_balance"], found["stamp_count"]) == (card["id"], 120, 3)


async def test_the_old_code_is_refused_and_says_since_when_but_not_the_new_one(shop: Shop) -> None:
    card = await shop.a_card()
    new = (await replace(shop.anna, card))["card"]
    today = clock.now()
    clock.move(timedelta(days=3))
    for scanned in (card["code"], card_code.show(card["code"]).lower()):
        with refused("card_replaced", 409) as said:
            await shop.luc.find(scanned)
        assert get_formatter("en").date(today) in said[0]["detail"]
        assert new["code"] not in said[0].answer.text
        assert card["id"] not in said[0].answer.text


async def test_each_code_a_card_ever_had_is_refused_but_its_last(shop: Shop) -> None:
    card = await shop.a_card()
    second = (await replace(shop.anna, card))["card"]
    third = (await replace(shop.anna, card, "Lost again"))["card"]
    for old in (card, second):
        with refused("card_replaced", 409):
            await shop.anna.find(old["code"])
    assert [found["id"] for found in await shop.anna.find(third["code"])] == [card["id"]]


async def test_who_replaced_it_and_why_is_kept(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await shop.a_card()
    await replace(shop.anna, card, "Left on the bus")
    row = await superuser.fetchrow("SELECT * FROM retired_codes WHERE card_id = $1", UUID(card["id"]))
    assert (row["code"], row["reason"], row["user_id"]) == (card["code"], "Left on the bus", shop.user_ids["anna"])
    told = await superuser.fetchval(
        "SELECT count(*) FROM events WHERE merchant_id = $1 AND name = 'card_replaced'", shop.merchant_id
    )
    assert told == 1


async def test_a_replacement_sent_twice_makes_one_new_code(shop: Shop) -> None:
    card, key = await shop.a_card(), new_key()
    first = await replace(shop.anna, card, key=key)
    assert await replace(shop.anna, card, key=key) == first
    assert (await shop.anna.show(card))["code"] == first["card"]["code"]


async def test_replacing_asks_for_a_pin_where_the_policy_does(opened: OpenShop) -> None:
    shop = await opened(policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", "2468")
    card = await shop.a_card()
    with refused("pin_required", 403):
        await replace(shop.anna, card)
    assert (await replace(shop.anna, card, staff_pin="2468"))["card"]["code"] != card["code"]


async def test_an_inactive_card_gets_no_new_code(shop: Shop) -> None:
    card = await shop.a_card()
    await shop.claire.post(f"/merchant/loyalty/cards/{card['id']}/deactivate", {"reason": "Stolen"}, key=new_key())
    with refused("card_inactive", 409):
        await replace(shop.anna, card)


async def test_a_retired_code_is_given_to_no_other_card(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, card = await shop.a_card(), await shop.a_card()
    in_use = (await replace(shop.anna, lost))["card"]["code"]
    fresh = card_code.new_code()
    drawn = iter([lost["code"], in_use, card["code"], fresh])
    monkeypatch.setattr(replacing, "new_code", lambda: next(drawn))
    assert (await replace(shop.anna, card))["card"]["code"] == fresh


async def test_a_retired_code_is_given_to_nobody_who_enrolls(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = await shop.a_card()
    taken = (await replace(shop.anna, lost))["card"]["code"]
    fresh = card_code.new_code()
    drawn = iter([lost["code"], taken, fresh])
    monkeypatch.setattr(enrollee, "new_code", lambda: next(drawn))
    assert (await shop.anna.enroll("new@x.example"))["code"] == fresh


async def test_the_database_itself_refuses_a_retired_code(shop: Shop, superuser: asyncpg.Connection) -> None:
    lost, card = await shop.a_card(), await shop.a_card()
    await replace(shop.anna, lost)
    with pytest.raises(asyncpg.UniqueViolationError):
        await superuser.execute("UPDATE cards SET code = $1 WHERE id = $2", lost["code"], UUID(card["id"]))


async def test_another_merchant_hears_nothing_of_a_replaced_code(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    card = await theirs.a_card()
    await replace(theirs.anna, card)
    assert await mine.anna.find(card["code"]) == []


async def test_a_store_kept_apart_hears_nothing_of_another_stores_replaced_code(opened: OpenShop) -> None:
    shop = await opened(policy={"allow_cross_location_redemption": False})
    card = await shop.a_card(at=shop.hub)
    await replace(shop.anna, card)
    assert await shop.luc.find(card["code"]) == []
    with refused("card_replaced", 409):
        await shop.anna.find(card["code"])
    await shop.change(Policy, allow_cross_location_redemption=True)
    assert await shop.luc.find(card["code"]) == []
