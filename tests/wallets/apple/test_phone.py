"""A pass on an iPhone: added, pushed, fetched, and up to date in the end."""

import asyncio
from datetime import timedelta
from uuid import UUID

from backend.core.clock import clock
from backend.loyalty.cards.models import Card as CardTable
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.schemas.bookings import Stamp
from backend.loyalty.programs.models import Program
from backend.wallets.apple.passes import ERASED_KEPT, purge_empty_devices, purge_erased_passes
from backend.wallets.apple.publish import publish
from backend.wallets.refresh import bump_all_pass_versions
from tests.conftest import OpenShop
from tests.wallets.apple.conftest import AppleWorld


async def test_a_pass_is_installed_and_follows_the_card(world: AppleWorld) -> None:
    card = await world.shop.a_card(first_name="Zoé", last_name="Muller", points=30, stamps=2)
    phone = world.phone()
    held = await world.add(phone, card)
    assert (held.shows("stamps"), held.shows("points"), held.shows("customer")) == ("2/10", "30", "Zoé Muller")
    await world.shop.anna.earn(card, cents=1250)
    await world.updated(card)
    assert await phone.pushed() == ["You have 2 of 10 stamps. You have 42 points."]
    assert phone.passes[held.opened.serial].shows("points") == "42"
    assert phone.complaints == []


async def test_two_changes_in_one_second_both_reach_the_phone(world: AppleWorld) -> None:
    card = await world.shop.a_card()
    phone = world.phone()
    held = await world.add(phone, card)
    now = clock.now().replace(microsecond=0)
    for cents, moment in ((100, 0), (200, 100_000), (300, 200_000)):
        await world.shop.anna.earn(card, cents=cents)
        clock.move(now.replace(microsecond=moment) - clock.now())
        await publish(world.services.sessions, world.shop.merchant_id, UUID(card["id"]))
        await phone.pushed()
    assert phone.passes[held.opened.serial].shows("points") == "6"
    assert phone.complaints == []


async def test_a_phone_that_fetched_a_sale_which_was_taken_back_at_once_is_told(world: AppleWorld) -> None:
    """Both are booked before the sync: the card is as it was last published, but the phone shows the sale."""
    card = await world.shop.a_card(points=5)
    phone = world.phone()
    held = await world.add(phone, card)
    await publish(world.services.sessions, world.shop.merchant_id, UUID(card["id"]))
    sale = await world.shop.anna.earn(card, cents=100)
    await phone.pushed()
    assert phone.passes[held.opened.serial].shows("points") == "6"
    await world.shop.anna.void(sale)
    await world.updated(card)
    await phone.pushed()
    assert phone.passes[held.opened.serial].shows("points") == "5"


async def test_every_changed_pass_of_a_phone_is_listed(world: AppleWorld) -> None:
    cards = [await world.shop.a_card() for _ in range(3)]
    phone = world.phone()
    serials = [(await world.add(phone, card)).opened.serial for card in cards]
    for card in cards:
        await world.shop.anna.earn(card, cents=500)
        await world.updated(card)
    assert len(await phone.pushed()) == 3
    assert [phone.passes[serial].shows("points") for serial in serials] == ["5", "5", "5"]
    assert await phone.pushed() == []


async def test_a_phone_holds_passes_of_several_merchants(world: AppleWorld, opened: OpenShop) -> None:
    theirs = await opened()
    ours_card, their_card = await world.shop.a_card(), await theirs.a_card()
    phone = world.phone()
    await world.add(phone, ours_card)
    held = await phone.add(world.services.links.pass_url(theirs.merchant_id, UUID(their_card["id"]), 0))
    await theirs.anna.earn(their_card, cents=700)
    await publish(world.services.sessions, theirs.merchant_id, UUID(their_card["id"]))
    await phone.pushed()
    assert phone.passes[held.opened.serial].shows("points") == "7"


async def test_each_change_is_one_message_on_the_lock_screen(world: AppleWorld) -> None:
    card = await world.shop.a_card(points=95, stamps=9)
    phone = world.phone()
    await world.add(phone, card)
    last_stamp = await world.shop.anna.stamp(card)
    await world.updated(card)
    assert await phone.pushed() == [
        "You have 10 of 10 stamps. Your reward is ready: Free accessory. You have 95 points."
    ]
    await world.shop.anna.redeem(card)
    await world.shop.anna.earn(card, cents=100)
    await world.updated(card)
    assert await phone.pushed() == ["You have 0 of 10 stamps. You have 96 points."]
    assert last_stamp["reward_ready"]


async def test_a_phone_that_registers_again_is_pushed_under_its_new_token(world: AppleWorld) -> None:
    card = await world.shop.a_card()
    phone = world.phone()
    held = await world.add(phone, card)
    assert await phone.register(held) == 200
    old, phone.push_token = phone.push_token, "ab" * 32
    assert await phone.register(held) == 200
    world.apple.apns.pushes.clear()
    await world.shop.anna.earn(card, cents=100)
    await world.updated(card)
    assert world.apple.apns.tokens() == ["ab" * 32] != [old]


async def test_what_changed_between_download_and_registration_reaches_the_phone(world: AppleWorld) -> None:
    card = await world.shop.a_card()
    phone = world.phone()
    held = await phone.download(world.pass_url(card))
    await world.shop.anna.earn(card, cents=900)
    await world.updated(card)
    phone.passes[held.opened.serial] = held
    assert await phone.register(held) == 201
    await world.updated(card)
    assert world.apple.apns.tokens() == [phone.push_token]
    await phone.pushed()
    assert phone.passes[held.opened.serial].shows("points") == "9"


async def test_a_pass_on_no_phone_is_up_to_date_once_it_is_published(world: AppleWorld) -> None:
    card = await world.shop.a_card()
    held = await world.phone().download(world.pass_url(card))
    await world.shop.anna.earn(card, cents=400)
    await world.updated(card)
    assert world.apple.apns.pushes == []
    again = await world.phone().download(world.pass_url(card))
    assert (again.shows("points"), again.opened.serial) == ("4", held.opened.serial)


async def test_a_pass_that_was_removed_is_not_pushed_any_more(world: AppleWorld) -> None:
    card = await world.shop.a_card()
    phone = world.phone()
    held = await world.add(phone, card)
    assert await saved(world, card) is True
    world.apple.apns.pushes.clear()
    await phone.remove(held)
    await phone.remove(held)
    await world.shop.anna.earn(card, cents=100)
    await world.updated(card)
    assert (world.apple.apns.pushes, await world.device_count(), await saved(world, card)) == ([], 0, False)


async def saved(world: AppleWorld, card: dict[str, object]) -> object:
    statement = "SELECT saved_by_user FROM wallet_links WHERE card_id = $1 AND provider = 'apple'"
    return await world.superuser.fetchval(statement, UUID(str(card["id"])))


async def test_the_token_and_the_serial_number_never_change(world: AppleWorld) -> None:
    card = await world.shop.a_card()
    first = await world.phone().download(world.pass_url(card))
    await world.shop.anna.earn(card, cents=100)
    await world.updated(card)
    second = await world.phone().download(world.pass_url(card))
    for name in ("serialNumber", "authenticationToken", "passTypeIdentifier", "webServiceURL"):
        assert first.content[name] == second.content[name]
    assert card["id"] not in str(first.content["serialNumber"])
    assert len(first.content["authenticationToken"]) == 32


async def test_a_deactivated_card_is_void_on_the_phone_and_says_so_once(world: AppleWorld) -> None:
    card = await world.shop.a_card(points=5)
    phone = world.phone()
    held = await world.add(phone, card)
    async with world.services.sessions.committing(world.shop.merchant_id) as session:
        row = await session.get_one(CardTable, (world.shop.merchant_id, UUID(card["id"])))
        row.state, row.wallet_version = "deactivated", row.wallet_version + 1
    await world.updated(card)
    assert await phone.pushed() == ["This card is no longer valid."]
    content = phone.passes[held.opened.serial].content
    assert content["voided"] is True
    assert content["expirationDate"].endswith("Z")


async def test_an_erased_card_names_nobody_any_more(world: AppleWorld) -> None:
    card = await world.shop.a_card(first_name="Zoé", last_name="Muller", points=5)
    phone = world.phone()
    held = await world.add(phone, card)
    await world.shop.erase(card)
    await world.updated(card)
    await phone.pushed()
    content = phone.passes[held.opened.serial].content
    assert content["voided"] is True
    for personal in ("Zoé", "Muller", card["code"], "barcode", "/c/", "points"):
        assert personal not in str(content), personal


async def test_a_phone_that_adds_a_pass_it_has_fetched_before_the_erasure_is_told(world: AppleWorld) -> None:
    card, phone = await world.shop.a_card(first_name="Zoé", last_name="Muller"), world.phone()
    held = await phone.download(world.pass_url(card))
    await world.shop.erase(card)
    await world.updated(card)
    phone.passes[held.opened.serial] = held
    await phone.register(held)
    await world.updated(card)
    assert world.apple.apns.tokens() == [phone.push_token]
    await phone.pushed()
    assert "Muller" not in str(phone.passes[held.opened.serial].content)


async def test_two_tills_at_once_leave_the_phone_with_the_newest(world: AppleWorld) -> None:
    """Published by two workers at the same time: tags have the order of the commits, so no change is skipped."""
    cards = [await world.shop.a_card() for _ in range(4)]
    phone = world.phone()
    serials = [(await world.add(phone, card)).opened.serial for card in cards]

    async def change(card: dict[str, object]) -> None:
        operation = AddStamp(Stamp())
        await world.shop.book(operation, card, now=clock.now())
        await publish(world.services.sessions, world.shop.merchant_id, UUID(str(card["id"])))
        await phone.pushed()

    await asyncio.gather(*map(change, cards))
    await phone.pushed()
    assert [phone.passes[serial].shows("stamps") for serial in serials] == ["1/10"] * 4


async def test_a_program_in_new_colors_is_shown_by_every_phone(world: AppleWorld) -> None:
    cards = [await world.shop.a_card() for _ in range(2)]
    phone = world.phone()
    serials = [(await world.add(phone, card)).opened.serial for card in cards]
    await world.shop.change(Program, card_color="#112233")
    await bump_all_pass_versions(world.services.sessions, world.shop.merchant_id)
    for card in cards:
        await world.updated(card)
    await phone.pushed()
    colors = [phone.passes[serial].content["backgroundColor"] for serial in serials]
    assert colors == ["rgb(17, 34, 51)"] * 2


async def test_a_month_after_an_erasure_nobody_knows_the_pass_nor_the_phone(world: AppleWorld) -> None:
    card, kept = await world.shop.a_card(), await world.shop.a_card()
    phone, other = world.phone(), world.phone()
    held, others = await world.add(phone, card), await world.add(other, kept)
    await world.shop.erase(card)
    await world.updated(card)
    await tidy(world, ERASED_KEPT - timedelta(days=1))
    assert (await phone.fetch(held)).status_code == 200, "a phone that was off until now"
    await tidy(world, timedelta(days=2))
    gone = [await phone.fetch(held), await world.http.delete(phone._registration(held))]
    assert [answer.status_code for answer in gone] == [401, 401], "one of the statuses phones understand"
    assert await phone.pushed() == []
    assert await world.device_count() == 1
    assert (await other.fetch(others)).status_code == 304


async def test_a_pass_whose_phones_could_not_be_told_of_the_erasure_ends_a_month_after_it_too(
    world: AppleWorld,
) -> None:
    card, phone = await world.shop.a_card(), world.phone()
    held = await world.add(phone, card)
    await world.shop.erase(card)
    await tidy(world, ERASED_KEPT - timedelta(days=1))
    assert (await phone.fetch(held, **{"if-modified-since": ""})).status_code == 200
    await phone.register(held)
    await tidy(world, timedelta(days=2))
    assert (await phone.fetch(held, **{"if-modified-since": ""})).status_code == 401
    await world.updated(card)


async def tidy(world: AppleWorld, after: timedelta) -> None:
    """As the nightly purge."""
    clock.move(after)
    async with world.services.sessions.committing(world.shop.merchant_id) as session:
        await purge_erased_passes(session, world.shop.merchant_id, clock.now())
        await purge_empty_devices(session, clock.now())
