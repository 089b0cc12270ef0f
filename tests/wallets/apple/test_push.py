"""Pushes to phones: one per change, and none to phones that are gone."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.dev.sandbox.apple.iphone import FakeIPhone, HeldPass
from backend.dev.sandbox.apple.pushes import Script
from backend.wallets.apple.provider import AppleProvider
from backend.wallets.apple.publish import publish
from backend.wallets.outcomes import OutcomeKind
from tests.wallets.apple.conftest import AppleWorld, at_the_lock
from tests.world.till import Card

UNREGISTERED = 410


async def installed(world: AppleWorld, phone: FakeIPhone | None = None) -> tuple[FakeIPhone, HeldPass, Card]:
    """The pushes of the installation are forgotten."""
    card, phone = await world.shop.a_card(), phone or world.phone()
    held = await world.add(phone, card)
    world.apple.apns.pushes.clear()
    return phone, held, card


async def changed(world: AppleWorld, card: Card) -> OutcomeKind:
    await world.shop.anna.earn(card, cents=100)
    return (await world.update(card)).kind


async def test_a_phone_that_registered_twice_is_pushed_once(world: AppleWorld) -> None:
    phone, held, card = await installed(world)
    await FakeIPhone(world.http, world.apple.root, push_token=phone.push_token).register(held)
    assert await changed(world, card) is OutcomeKind.SYNCED
    assert world.apple.apns.tokens() == [phone.push_token]


async def test_every_phone_with_the_pass_is_pushed(world: AppleWorld) -> None:
    phone, held, card = await installed(world)
    watch = world.phone()
    await watch.register(held)
    assert await changed(world, card) is OutcomeKind.SYNCED
    assert sorted(world.apple.apns.tokens()) == sorted([phone.push_token, watch.push_token])


async def test_two_changes_within_two_seconds_are_two_pushes_at_most_and_the_last_is_seen(world: AppleWorld) -> None:
    phone = world.phone()
    cards = [(await installed(world, phone))[2] for _ in range(4)]
    wallet, sync = apple_wallet(world), world.services.wallet_sync
    clock.move(timedelta(seconds=3))
    for card in cards:
        await world.shop.anna.earn(card, cents=300)
    outcomes = await asyncio.gather(
        *(sync.sync_card(world.shop.merchant_id, UUID(card["id"]), wallet.name) for card in cards)
    )
    assert {result.kind for result in outcomes} == {OutcomeKind.SYNCED}
    assert len(world.apple.apns.pushes) <= 2
    await phone.pushed()
    assert [held.shows("points") for held in phone.passes.values()] == ["3"] * 4


async def test_a_push_that_came_after_the_change_covers_it(world: AppleWorld) -> None:
    """The phone fetches all its passes after one push, so no second one has to wait."""
    phone = world.phone()
    (_, _, one), (_, _, other) = await installed(world, phone), await installed(world, phone)
    await world.shop.anna.earn(one, cents=100)
    published = await publish(world.services.sessions, world.shop.merchant_id, UUID(one["id"]))
    assert published.push_tokens == [phone.push_token]
    assert await changed(world, other) is OutcomeKind.SYNCED
    assert len(world.apple.apns.pushes) == 1
    assert len(await phone.pushed()) == 2


async def test_a_clock_that_was_set_back_silences_no_phone(world: AppleWorld) -> None:
    """Its last push would be in the future and cover every change until then."""
    phone, held, card = await installed(world)
    clock.move(-timedelta(hours=1))
    assert await changed(world, card) is OutcomeKind.SYNCED
    assert world.apple.apns.tokens() == [phone.push_token]
    await phone.pushed()
    assert phone.passes[held.opened.serial].shows("points") == "1"


async def test_a_phone_without_the_pass_is_forgotten(world: AppleWorld) -> None:
    phone, _, card = await installed(world)
    now = clock.now() + timedelta(minutes=1)
    world.apple.apns.script(phone.push_token, Script(status=UNREGISTERED, timestamp_ms=int(now.timestamp() * 1000)))
    assert await changed(world, card) is OutcomeKind.SYNCED
    assert await world.device_count() == 0
    assert await changed(world, card) is OutcomeKind.SYNCED
    assert world.apple.apns.pushes == []


async def test_a_phone_that_came_back_since_is_not_forgotten(world: AppleWorld) -> None:
    phone, _, card = await installed(world)
    before = clock.now() - timedelta(days=1)
    world.apple.apns.script(phone.push_token, Script(status=UNREGISTERED, timestamp_ms=int(before.timestamp() * 1000)))
    assert await changed(world, card) is OutcomeKind.SYNCED
    assert await world.device_count() == 1


async def test_a_single_wrong_token_is_forgotten(world: AppleWorld) -> None:
    phone, _, card = await installed(world)
    world.apple.apns.script(phone.push_token, Script(status=400))
    assert await changed(world, card) is OutcomeKind.SYNCED
    assert await world.device_count() == 0


async def test_many_wrong_tokens_are_the_wrong_certificate_and_stop_the_queue(world: AppleWorld) -> None:
    phones = [await installed(world) for _ in range(6)]
    apple_wallet(world)._refused.clear()
    world.apple.apns.always = Script(status=400)
    outcomes = [await changed(world, card) for _, _, card in phones]
    assert outcomes == [OutcomeKind.SYNCED] * 2 + [OutcomeKind.STOPPED] * 4
    assert await world.device_count() == 4, "nobody else is forgotten"
    assert len(world.apple.apns.refused) == 3, "once it has stopped, nobody is pushed"
    world.apple.apns.always = None
    assert world.services.apple is not None
    await world.services.apple.breaker.resume()
    apple_wallet(world)._refused.clear()
    assert (await world.update(phones[5][2])).kind is OutcomeKind.SYNCED


async def test_tokens_that_somebody_made_up_stop_nobodys_pushes_and_are_forgotten(world: AppleWorld) -> None:
    """Anyone who has a pass can register any tokens."""
    _, _, honest_card = await installed(world)
    phone, held, card = await installed(world)
    for _ in range(15):
        canned = world.phone()
        world.apple.apns.script(canned.push_token, Script(status=400))
        await canned.register(held)
    assert await changed(world, card) is OutcomeKind.SYNCED
    assert (len(world.apple.apns.refused), world.apple.apns.tokens()) == (15, [phone.push_token])
    assert await changed(world, honest_card) is OutcomeKind.SYNCED
    assert await world.device_count() == 2


async def test_a_token_that_took_the_place_of_a_good_one_is_not_better_than_any_other(world: AppleWorld) -> None:
    _, _, honest_card = await installed(world)
    phone, held, card = await installed(world)
    for _ in range(6):
        phone.push_token = world.phone().push_token
        world.apple.apns.script(phone.push_token, Script(status=400))
        await phone.register(held)
        assert await changed(world, card) is OutcomeKind.SYNCED
    assert len(world.apple.apns.refused) == 6
    assert await changed(world, honest_card) is OutcomeKind.SYNCED


async def test_only_a_phone_that_apple_knew_decides_whether_pushing_goes_on(
    world: AppleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a stop one push is the trial. A forged token as the trial would keep the stop forever."""
    _, _, honest_card = await installed(world)
    phone, held, card = await installed(world)
    await phone.remove(held)
    canned = world.phone()
    world.apple.apns.script(canned.push_token, Script(status=400))
    await canned.register(held)
    assert world.services.apple is not None
    breaker = world.services.apple.breaker
    monkeypatch.setattr(breaker, "_stop_ms", 1)
    await breaker.stop("too_many_wrong_tokens")
    await asyncio.sleep(0.05)
    assert await changed(world, card) is OutcomeKind.STOPPED
    assert world.apple.apns.refused == []
    assert await changed(world, honest_card) is OutcomeKind.SYNCED
    assert await changed(world, card) is OutcomeKind.SYNCED
    assert await world.device_count() == 1


async def test_a_phone_that_is_refused_again_after_a_stop_stops_the_queue_again(
    world: AppleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, _, card = await installed(world)
    assert world.services.apple is not None
    breaker = world.services.apple.breaker
    monkeypatch.setattr(breaker, "_stop_ms", 1)
    await breaker.stop("too_many_wrong_tokens")
    monkeypatch.setattr(breaker, "_stop_ms", 60_000)
    await asyncio.sleep(0.05)
    world.apple.apns.script(phone.push_token, Script(status=400))
    assert await changed(world, card) is OutcomeKind.STOPPED
    assert await changed(world, card) is OutcomeKind.STOPPED
    assert len(world.apple.apns.refused) == 1
    assert await world.device_count() == 1


async def test_as_long_as_apple_has_taken_nothing_no_phone_is_forgotten_and_nobody_is_stopped(
    world: AppleWorld,
) -> None:
    """Configured with Apple's other host from the beginning: each phone's first push is refused."""
    world.apple.apns.always = Script(status=400)
    cards = [await world.shop.a_card() for _ in range(4)]
    for card in cards:
        await world.phone().add(world.pass_url(card))
    results = [await world.update(card) for card in cards]
    assert {(result.kind, result.reason.partition(":")[0]) for result in results} == {
        (OutcomeKind.STOPPED, "apns_wrong_tokens")
    }
    assert (len(world.apple.apns.refused), await world.device_count()) == (4, 4)
    world.apple.apns.always = None
    assert [(await world.update(card)).kind for card in cards] == [OutcomeKind.SYNCED] * 4
    assert len(world.apple.apns.pushes) == 4


async def test_a_refused_certificate_stops_the_queue_until_somebody_acts(world: AppleWorld) -> None:
    _, _, card = await installed(world)
    world.apple.apns.always = Script(status=403)
    assert await changed(world, card) is OutcomeKind.STOPPED
    assert await changed(world, card) is OutcomeKind.STOPPED
    assert len(world.apple.apns.refused) == 1
    assert world.services.apple is not None
    assert (await world.services.apple.breaker.state()).stopped_because == "apns_refused"


async def test_what_was_lost_while_apple_was_away_arrives_afterwards(world: AppleWorld) -> None:
    phone, held, card = await installed(world)
    world.apple.apns.script(phone.push_token, Script(status=503), Script(fault="rst"), Script(status=500))
    outcomes = [await changed(world, card)]
    for _ in range(3):
        clock.move(timedelta(seconds=30))
        outcomes.append((await world.update(card)).kind)
    assert outcomes == [OutcomeKind.RETRY] * 3 + [OutcomeKind.SYNCED]
    await phone.pushed()
    assert phone.passes[held.opened.serial].shows("points") == "1"


async def test_a_push_that_failed_is_repeated_without_waiting(world: AppleWorld) -> None:
    phone, _, card = await installed(world)
    world.apple.apns.script(phone.push_token, Script(status=503))
    assert await changed(world, card) is OutcomeKind.RETRY
    assert await world.superuser.fetchval("SELECT last_push_at FROM apple_devices") is None


async def test_one_phone_that_fails_does_not_keep_another_waiting(world: AppleWorld) -> None:
    phone, held, card = await installed(world)
    other = world.phone()
    await other.register(held)
    world.apple.apns.script(phone.push_token, Script(status=500))
    assert await changed(world, card) is OutcomeKind.RETRY
    assert world.apple.apns.tokens() == [other.push_token]


async def test_a_mistake_of_ours_fails_the_card_and_no_other(world: AppleWorld) -> None:
    phone, _, card = await installed(world)
    _, _, other = await installed(world)
    world.apple.apns.script(phone.push_token, Script(status=413))
    assert await changed(world, card) is OutcomeKind.FAILED
    assert await changed(world, other) is OutcomeKind.SYNCED


async def test_tags_follow_the_order_of_commits(world: AppleWorld) -> None:
    """Publishing is serialized, because a phone that has seen a tag never fetches lower ones."""
    _, _, card = await installed(world)
    publishing = await asyncpg.connect(world.services.settings.migration_url)
    try:
        async with publishing.transaction():
            await publishing.execute("SELECT pg_advisory_xact_lock(hashtext('apple_update_tags'))")
            later = asyncio.create_task(publish(world.services.sessions, world.shop.merchant_id, UUID(card["id"])))
            await at_the_lock(world, "apple_update_tags")
            taken = await publishing.fetchval("SELECT nextval('apple_update_tags')")
        await later
    finally:
        await publishing.close()
    tag = "SELECT update_tag FROM apple_passes WHERE card_id = $1"
    assert await world.superuser.fetchval(tag, UUID(card["id"])) > taken


def apple_wallet(world: AppleWorld) -> AppleProvider:
    assert world.services.apple is not None
    return world.services.apple.wallet
