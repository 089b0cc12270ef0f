"""Which phones are pushed for a pass, also when calls of a phone arrive at the same time."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx

from backend.core.clock import clock
from backend.dev.sandbox.apple.iphone import FakeIPhone, HeldPass
from backend.dev.sandbox.apple.pushes import Script
from backend.wallets.apple import devices
from backend.wallets.apple.devices import DEVICES_MAX
from tests.conftest import OpenShop
from tests.wallets.apple.conftest import AppleWorld, at_the_lock
from tests.world.till import Card

RUNS = 12


async def added(world: AppleWorld, phone: FakeIPhone) -> tuple[HeldPass, Card]:
    card = await world.shop.a_card()
    return await phone.add(world.pass_url(card)), card


def posted(phone: FakeIPhone, held: HeldPass) -> Any:
    token = {"authorization": f"ApplePass {held.content['authenticationToken']}"}
    return phone.http.post(phone._registration(held), json={"pushToken": phone.push_token}, headers=token)


def deleted(phone: FakeIPhone, held: HeldPass) -> Any:
    token = {"authorization": f"ApplePass {held.content['authenticationToken']}"}
    return phone.http.delete(phone._registration(held), headers=token)


async def saved(world: AppleWorld, card: Card) -> object:
    statement = "SELECT saved_by_user FROM wallet_links WHERE card_id = $1 AND provider = 'apple'"
    return await world.superuser.fetchval(statement, UUID(card["id"]))


async def devices_of(world: AppleWorld, held: HeldPass) -> set[str]:
    rows = await world.superuser.fetch(
        "SELECT d.library_id FROM apple_devices d JOIN apple_registrations r ON r.device_id = d.id WHERE r.serial = $1",
        UUID(held.opened.serial),
    )
    return {row["library_id"] for row in rows}


async def test_a_phone_that_removes_one_pass_while_it_adds_another_hears_of_the_other(world: AppleWorld) -> None:
    phone, other_card = world.phone(), await world.shop.a_card()
    held, _ = await added(world, phone)
    other = await phone.download(world.pass_url(other_card))
    async with world.services.sessions.committing() as adding:
        told: dict[str, Any] = {"library_id": phone.library_id, "push_token": phone.push_token, "now": clock.now()}
        await devices.register(adding, UUID(other.opened.serial), **told)
        removing = asyncio.create_task(phone.remove(held))
        await at_the_lock(world, "apple_devices")
    await removing
    assert await devices_of(world, other) == {phone.library_id}


async def test_a_pass_that_is_removed_and_added_again_at_once_is_no_trouble(world: AppleWorld) -> None:
    for _ in range(RUNS):
        phone = world.phone()
        held, _ = await added(world, phone)
        answers: list[httpx.Response] = await asyncio.gather(deleted(phone, held), posted(phone, held))
        assert [answer.is_success for answer in answers] == [True, True], [answer.text for answer in answers]


async def test_a_phone_whose_passes_are_all_removed_at_once_is_forgotten(world: AppleWorld) -> None:
    for _ in range(RUNS // 2):
        phone = world.phone()
        held = [(await added(world, phone))[0] for _ in range(4)]
        answers = await asyncio.gather(*(deleted(phone, each) for each in held))
        assert {answer.status_code for answer in answers} == {200}
        assert await world.device_count() == 0


async def test_a_pass_leaves_two_phones_at_once(world: AppleWorld) -> None:
    """Neither call sees the other one, but afterwards the pass is on no phone."""
    for _ in range(RUNS // 2):
        phone, watch = world.phone(), world.phone()
        held, card = await added(world, phone)
        await watch.register(held)
        await asyncio.gather(deleted(phone, held), deleted(watch, held))
        assert await saved(world, card) is False


async def test_a_pass_goes_from_one_phone_to_another_at_once(world: AppleWorld) -> None:
    for _ in range(RUNS // 2):
        phone, watch = world.phone(), world.phone()
        held, card = await added(world, phone)
        await asyncio.gather(deleted(phone, held), posted(watch, held))
        assert await saved(world, card) is True


async def test_a_pass_is_on_twenty_phones_at_most_and_the_newest_are_kept(world: AppleWorld) -> None:
    phone = world.phone()
    held, _ = await added(world, phone)
    names = [uuid4().hex for _ in range(25)]
    for name in names:
        phone.library_id = name
        assert await phone.register(held) == 201
    assert await devices_of(world, held) == set(names[-20:])
    assert await world.device_count() == 20


async def test_a_phone_that_had_to_go_keeps_its_other_passes(world: AppleWorld) -> None:
    phone, crowd = world.phone(), world.phone()
    (held, _), (other, _) = await added(world, phone), await added(world, phone)
    for _ in range(DEVICES_MAX):
        crowd.library_id = uuid4().hex
        await crowd.register(held)
    assert phone.library_id not in await devices_of(world, held)
    assert await devices_of(world, other) == {phone.library_id}


async def test_a_pass_that_apple_says_is_gone_is_in_no_wallet(world: AppleWorld, opened: OpenShop) -> None:
    """Of each merchant whose pass was on the phone."""
    theirs = await opened()
    phone, their_card = world.phone(), await theirs.a_card()
    _, card = await added(world, phone)
    await phone.add(world.services.links.pass_url(theirs.merchant_id, UUID(their_card["id"]), 0))
    other = world.phone()
    shared, shared_card = await added(world, phone)
    await other.register(shared)
    assert [await saved(world, each) for each in (card, their_card, shared_card)] == [True, True, True]
    gone_at = int(clock.now().timestamp() * 1000) + 60_000
    world.apple.apns.script(phone.push_token, Script(status=410, timestamp_ms=gone_at))
    await world.updated(card)
    assert [await saved(world, each) for each in (card, their_card, shared_card)] == [False, False, True]
