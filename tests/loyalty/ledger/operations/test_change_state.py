"""Cards put out of use and back, by the owner or on the owner's behalf."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from backend.access.permissions import ADJUST_POINTS, MANAGE_CARDS, TILL
from backend.core.clock import clock
from backend.loyalty.cards.code import show
from backend.loyalty.programs.models import Program
from backend.merchants.models import Policy
from backend.services import Services
from backend.staff.models import StoreMember
from tests.conftest import OpenShop
from tests.world.caller import Caller, Json, new_key, refused
from tests.world.office import Office, PlatformOffice
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller, shop_day

OFFICE_ROUTES: list[tuple[str, str, Json, str]] = [
    ("merchant", "adjustments", {"points": 5}, ADJUST_POINTS),
    ("merchant", "deactivate", {}, MANAGE_CARDS),
    ("merchant", "reactivate", {}, MANAGE_CARDS),
    ("merchant", "merge", {"other_card_id": str(uuid4())}, MANAGE_CARDS),
    ("admin", "restore-points", {"points": 5}, ADJUST_POINTS),
    ("admin", "deactivate", {}, MANAGE_CARDS),
    ("admin", "reactivate", {}, MANAGE_CARDS),
]


@pytest.fixture
async def paul(services: Services, anonymous: AnonymousCaller) -> PlatformOffice:
    return await hire_admin(services, anonymous, "Paul Klein")


async def test_nothing_is_booked_on_a_deactivated_card(shop: Shop) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card(points=200, stamps=10)
    sale = await shop.anna.earn(card, cents=100)
    done = await owner.deactivate(card, "Reported stolen")
    line = done["transaction"]
    assert (line["kind"], line["amount"], line["reason"], line["user"], line["store"]) == (
        "deactivated", 0, "Reported stolen", "Claire", None,
    )  # fmt: skip
    assert (done["card"]["state"], done["card"]["points_balance"]) == ("deactivated", 201)
    with refused("card_inactive", 409) as said:
        await shop.anna.earn(card, cents=100)
    assert said[0]["state"] == "deactivated"
    for booking in (
        shop.anna.stamp(card),
        shop.anna.redeem(card, shop.rewards[100]),
        shop.anna.redeem(card),
        shop.anna.void(sale),
        owner.adjust(card, 5),
    ):
        with refused("card_inactive", 409):
            await booking
    assert not any(reward["redeemable"] for reward in (await shop.anna.show(card))["rewards"])


async def test_a_reactivated_card_goes_on_with_all_it_held(shop: Shop) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card(points=100, stamps=3)
    await owner.deactivate(card)
    again = await owner.reactivate(card, "Found under the sofa")
    assert (again["transaction"]["kind"], again["transaction"]["reason"]) == ("reactivated", "Found under the sofa")
    assert (again["card"]["state"], again["card"]["points_balance"], again["card"]["stamp_count"]) == ("active", 100, 3)
    assert (await shop.anna.earn(card, cents=100))["card"]["points_balance"] == 101


async def test_points_of_a_deactivated_card_expire_as_they_would(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 10})
    owner, card = Office.of(shop.claire), await shop.a_card(points=100)
    await owner.deactivate(card)
    clock.move(timedelta(days=12))
    assert (await owner.reactivate(card))["card"]["points_balance"] == 0


async def test_a_card_is_put_out_of_use_once(shop: Shop) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card()
    with refused("card_active", 409):
        await owner.reactivate(card)
    key = new_key()
    first = await owner.deactivate(card, key=key)
    assert await owner.deactivate(card, key=key) == first
    with refused("card_inactive", 409):
        await owner.deactivate(card)
    kinds = Counter(line["kind"] for line in (await shop.claire.history(card))["data"])
    assert kinds["deactivated"] == 1


async def test_a_customer_who_enrolls_again_gets_their_deactivated_card(shop: Shop) -> None:
    """The unique index keeps a second card from being made beside it."""
    owner, card = Office.of(shop.claire), await shop.a_card(email="marie@x.example")
    await owner.deactivate(card)
    again = await shop.anna.enroll("marie@x.example")
    assert (again["id"], again["already_enrolled"], again["state"]) == (card["id"], True, "deactivated")


async def test_a_card_is_put_out_of_use_while_the_program_is_closed(shop: Shop) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card()
    await shop.change(Program, is_active=False)
    assert (await owner.deactivate(card))["card"]["state"] == "deactivated"
    assert (await owner.reactivate(card))["card"]["state"] == "active"


async def test_a_merged_card_is_not_reactivated_but_unmerged(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card()
    await owner.merge(kept, other)
    with refused("card_merged", 409):
        await owner.reactivate(other)
    with refused("card_merged", 409):
        await owner.deactivate(other)


async def test_the_platform_acts_on_behalf_and_is_named(shop: Shop, paul: PlatformOffice) -> None:
    card = await shop.a_card()
    line = (await paul.deactivate(card))["transaction"]
    assert (line["user"], line["on_behalf"], line["store"]) == (None, "Paul Klein", None)
    assert (await paul.reactivate(card))["card"]["state"] == "active"
    lines = (await shop.claire.history(card))["data"]
    assert [(line["kind"], line["on_behalf"]) for line in lines[:2]] == [
        ("reactivated", "Paul Klein"),
        ("deactivated", "Paul Klein"),
    ]


async def test_each_office_is_for_its_own_people(shop: Shop, paul: PlatformOffice) -> None:
    """Staff cannot enter the owner's, the owner not the platform's, the platform not the owner's."""
    card = await shop.a_card()
    await shop.change(StoreMember, permissions=sorted(TILL | {ADJUST_POINTS}))
    outsiders: dict[str, list[Caller]] = {
        "merchant": [shop.anna, shop.luc, paul],
        "admin": [shop.anna, shop.claire],
    }
    for audience, what, body, permission in OFFICE_ROUTES:
        for outsider in outsiders[audience]:
            with refused("forbidden", 403) as said:
                path = f"/{audience}/loyalty/cards/{card['id']}/{what}"
                await outsider.post(path, {"reason": "Because"} | body, key=new_key())
            assert said[0]["permission"] == permission
    for outsider in outsiders["merchant"]:
        with refused("forbidden", 403):
            await Office.of(outsider).bulk("deactivate", [card])
        with refused("forbidden", 403):
            await Office.of(outsider).reverse(str(uuid4()))
    assert len((await shop.claire.history(card))["data"]) == 1


async def test_the_owner_adjusts_without_a_store_or_a_pin(opened: OpenShop) -> None:
    shop = await opened()
    owner, card = Office.of(shop.claire), await shop.a_card(points=10)
    await shop.change(Policy, staff_pin_policy="required")
    booked = await owner.adjust(card, -10, "Wrong card")
    assert (booked["card"]["points_balance"], booked["transaction"]["store"]) == (0, None)
    with refused("balance_below_zero", 409):
        await owner.adjust(card, -1)
    with refused("pin_required", 403):
        await shop.claire.adjust(card, 5)


async def test_points_set_aside_are_not_adjusted_away(shop: Shop) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card(points=150)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    for office in (owner, shop.claire):
        with refused("balance_below_zero", 409) as said:
            await office.adjust(card, -51)
        assert said[0]["balance"] == 50
    await owner.adjust(card, -50)
    await shop.anna.confirm(card, hold)
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_offices_are_limited_to_twenty_changes_a_minute(shop: Shop) -> None:
    owner, card = Office.of(shop.claire), await shop.a_card()
    for _ in range(20):
        await owner.adjust(card, 1)
    with refused("rate_limited", 429):
        await owner.deactivate(card)


async def test_a_merged_card_names_the_one_that_goes_on_and_advises_undoing_while_that_is_possible(shop: Shop) -> None:
    owner, kept, other = Office.of(shop.claire), await shop.a_card(), await shop.a_card()
    merged = await owner.merge(kept, other)
    for change in (owner.deactivate, owner.reactivate):
        with refused("card_merged", 409) as said:
            await change(other)
        assert said[0]["merged_into"] == show(kept["code"])
        assert said[0]["until"] == shop_day(merged["reversible_until"])
        assert "undo the merge" in said[0]["detail"]
    clock.move(timedelta(days=30))
    with refused("card_merged", 409) as said:
        await owner.reactivate(other)
    assert show(kept["code"]) in said[0]["detail"]
    assert "undo" not in said[0]["detail"]


async def test_a_card_merged_twice_names_the_last_and_advises_no_undoing_that_would_be_refused(shop: Shop) -> None:
    owner, cards = Office.of(shop.claire), [await shop.a_card() for _ in range(3)]
    first = await owner.merge(cards[1], cards[0])
    second = await owner.merge(cards[2], cards[1])
    with refused("card_merged", 409) as said:
        await owner.reactivate(cards[0])
    assert said[0]["merged_into"] == show(cards[2]["code"])
    assert "undo" not in said[0]["detail"]
    with refused("card_inactive", 409):
        await owner.reverse(first)
    await owner.reverse(second)
    with refused("card_merged", 409) as said:
        await owner.reactivate(cards[0])
    assert (said[0]["merged_into"], "undo the merge" in said[0]["detail"]) == (show(cards[1]["code"]), True)
    await owner.reverse(first)
