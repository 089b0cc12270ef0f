"""`orion explain card`, `transaction` and `pass` tell an operator everything about one thing at once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from backend.core.clock import clock
from backend.loyalty.cards.models import Card as CardRow
from backend.services import Services
from backend.wallets.apple.passes import open_pass
from backend.wallets.models import AppleDevice, AppleRegistration
from backend.wallets.ports import Permanent
from backend.wallets.wallet_links import open_link
from tests.cli.conftest import Orion
from tests.doubles.phone import Phones
from tests.doubles.webhook_receiver import open_receiver
from tests.workers.webhooks import connect, deliver
from tests.world.caller import Json
from tests.world.outbox import forget_other_events
from tests.world.shop import Shop
from tests.world.till import Card

GIVE_UP = """
UPDATE outbox
SET dead_at = now(), attempts = 12, reactions_done = '{send_webhooks}', last_error = 'sync_wallets: OSError'
WHERE id = (SELECT id FROM events WHERE data ->> 'transaction_id' = $1 AND name = 'points_earned')
RETURNING id
"""
WENT_WRONG = "attempts: 12, reactions that have run: send_webhooks · sync_wallets: OSError"
OTTO = {"email": "otto.ganzgenau@example.com", "first_name": "Otto", "last_name": "Ganzgenau"}


@dataclass
class Busy:
    """A card with a sale, a redemption, a void, an email, two passes, and a sale whose event was given up."""

    shop: Shop
    card: Card
    sale: Json
    redemption: Json
    void: Json
    stuck: Json
    event: UUID
    endpoint: Json
    serial: str

    @property
    def code(self) -> str:
        return str(self.card["code"])

    def told(self, booking: str) -> str:
        answer = getattr(self, booking)
        return str((answer.get("transaction") or answer["transactions"][0])["id"])


@pytest.fixture
async def busy(shop: Shop, services: Services, superuser: asyncpg.Connection) -> AsyncIterator[Busy]:
    async with open_receiver() as receiver:
        _, endpoint = await connect(shop, receiver, "points.earned", "transaction.voided")
        card = await shop.anna.enroll(**OTTO)
        key = (shop.merchant_id, UUID(card["id"]))
        serial = await _add_passes(services, key)
        sale = await shop.anna.earn(card, cents=15000, key="till-1-receipt-88", order_reference="R-88")
        redemption = await shop.anna.redeem(card, shop.rewards[100])
        void = await shop.anna.void(redemption)
        await forget_other_events(superuser, shop)
        await deliver({"services": services})
        google, apple = Phones("google"), Phones("apple")
        sync = replace(services.wallet_sync, providers={"google": google, "apple": apple})
        google.fails = [Permanent("refused", "The field barcode is too long.")]
        for provider in ("google", "apple"):
            await sync.sync_card(*key, provider)
        stuck = await shop.anna.earn(card, cents=500)
        event = await superuser.fetchval(GIVE_UP, stuck["transaction"]["id"])
        yield Busy(shop, card, sale, redemption, void, stuck, event, endpoint, serial)


async def _add_passes(services: Services, key: tuple[UUID, UUID]) -> str:
    """To both wallets, on one iPhone."""
    now, device = clock.now(), uuid4()
    async with services.sessions.committing(key[0]) as session:
        await open_link(session, (*key, "google"), f"issuer.{key[1]}", now)
        apple = await open_pass(session, services.key_ring, *key, now)
        await open_link(session, (*key, "apple"), str(apple.serial), now)
        phone = AppleDevice(id=device, library_id=f"library-{device}", push_token=device.hex, token_updated_at=now)
        session.add(phone)
        await session.flush()
        session.add(AppleRegistration(device_id=device, serial=apple.serial, created_at=now))
    return str(apple.serial)


async def test_the_story_of_a_card_is_told_in_the_order_in_which_it_happened(orion: Orion, busy: Busy) -> None:
    result = await orion("explain", "card", busy.code)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == f"card           {busy.code}, {busy.card['id']}, active"
    order = [
        "enrolled ",
        f"earned {busy.told('sale')} · +150 points · 150.00 paid or returned",
        f"redeemed {busy.told('redemption')} · -100 points · 1 × Voucher",
        f"voided {busy.told('void')} · +100 points",
        f"earned {busy.told('stuck')} · +5 points",
    ]
    places = [next(place for place, line in enumerate(lines) if told in line) for told in order]
    assert places == sorted(places)
    for told in (
        f"merchant       {busy.shop.code}, enrolled at {busy.shop.hub}",
        "customer       Otto G. <o***@example.com>",
        "balance        155 points, 0 stamps",
        "receipt R-88",
        f"takes back {busy.told('redemption')}",
        f"taken back by {busy.told('void')}",
        "loyalty_enrollment · queued",
        "points.earned · delivered, attempts: 1",
        f"event {busy.event} · points_earned · given up, {WENT_WRONG}",
        f"google         issuer.{busy.card['id']}, failed, shows version -1 of ",
        ", attempts: 0, next ",
        "refused: The field barcode is too long.",
        f"apple          {busy.serial}, active, shows version ",
    ):
        assert told in result.output, result.output
    assert all(line.startswith("next ") for line in lines[-4:])
    assert f"Event points_earned {busy.event}: Nothing by itself." in result.output
    assert f"Once the cause is fixed: `orion outbox release {busy.event}`." in result.output
    assert f"`orion wallets sync --card {busy.code}` sends it at once." in lines[-2]


async def test_a_card_is_found_by_its_id_too_and_its_holder_is_masked_everywhere(orion: Orion, busy: Busy) -> None:
    result = await orion("explain", "card", busy.card["id"], "--json")
    story = msgspec.json.decode(result.output)
    assert (story["card"]["code"], story["card"]["merchant"]) == (busy.code, busy.shop.code)
    assert [lot["remaining"] for lot in story["lots"]] == [150, 5]
    assert [each["kind"] for each in story["bookings"]] == ["enrolled", "earned", "redeemed", "voided", "earned"]
    assert [(each["provider"], each["status"]) for each in story["passes"]] == [
        ("google", "failed"),
        ("apple", "active"),
    ]
    assert [(each["name"], each["state"]) for each in story["events"]] == [("points_earned", "given_up")]
    transaction = (await orion("explain", "transaction", busy.told("sale"), "--json")).output
    for output in (result.output, (await orion("explain", "card", busy.code)).output, transaction):
        assert "ganzgenau" not in output.lower()
        assert "/c/" not in output


async def test_what_is_set_aside_and_a_card_that_is_frozen(orion: Orion, busy: Busy) -> None:
    await busy.shop.anna.reserve(busy.card, busy.shop.rewards[100])
    async with busy.shop.services.sessions.committing(busy.shop.merchant_id) as session:
        row = await session.get_one(CardRow, (busy.shop.merchant_id, UUID(busy.card["id"])))
        row.frozen_at = clock.now()
    output = (await orion("explain", "card", busy.code)).output
    assert "set aside      100 points for Voucher, until " in output
    assert "active, frozen since " in output
    assert f"`orion ledger unfreeze {busy.code} --reason" in output


async def test_an_erased_card_still_has_a_story_without_a_person(orion: Orion, shop: Shop) -> None:
    card = await shop.anna.enroll(**OTTO)
    await shop.erase(card)
    output = (await orion("explain", "card", card["id"])).output
    assert f"card           {card['code']}, {card['id']}, erased" in output
    assert "customer       -" in output


async def test_the_story_of_a_sale_whose_event_was_handled(orion: Orion, busy: Busy) -> None:
    result = await orion("explain", "transaction", busy.told("sale"))
    assert result.exit_code == 0, result.output
    for told in (
        f"booking        earned of +150 points, {busy.told('sale')}",
        f"card           {busy.code} of {busy.shop.code}, then 150 points, 0 stamps",
        "PIN            none",
        "key            till-1-receipt-88",
        "granted        150 points, lot ",
        "points_earned · all reactions have run",
        "points.earned · delivered, attempts: 1",
        f"apple          {busy.serial}, synced since",
        f"google         issuer.{busy.card['id']}, not synced since",
    ):
        assert told in result.output, result.output
    assert result.output.splitlines()[-1].startswith("next ")


async def test_a_sale_that_somebody_misses_is_found_by_its_receipt_or_by_the_key_of_its_request(
    orion: Orion, shop: Shop
) -> None:
    """As the customer reads the number to us. Where two sales have it, the other one is named with its merchant."""
    card, key, number = await shop.a_card(), uuid4().hex, uuid4().hex
    sale = (await shop.anna.earn(card, cents=15000, key=key, order_reference=f"R-{number}"))["transaction"]["id"]
    for named in (f"R-{number}", f"r {number}", f"#R{number.upper()}", key):
        output = (await orion("explain", "transaction", named)).output
        assert output.startswith(f"booking        earned of +150 points, {sale}"), named
        assert "found, too" not in output
    again = await shop.luc.earn(card, cents=300, order_reference=f"R-{number}")
    chosen = ("explain", "transaction", f"R-{number}", "--merchant", shop.code)
    story = msgspec.json.decode((await orion(*chosen, "--json")).output)
    assert story["booking"]["id"] == again["transaction"]["id"]
    assert story["others"] == [{"id": sale, "merchant": shop.code}]
    told = (await orion(*chosen)).output
    assert f"found, too     {sale} of {shop.code}: `orion explain transaction {sale}`" in told


async def test_the_story_of_a_redemption_and_of_what_took_it_back(orion: Orion, busy: Busy) -> None:
    redemption = (await orion("explain", "transaction", busy.told("redemption"))).output
    assert "used           100 points, lot " in redemption
    assert f"taken back by {busy.told('void')}" in redemption
    void = msgspec.json.decode((await orion("explain", "transaction", busy.told("void"), "--json")).output)
    assert [(lot["did"], lot["amount"]) for lot in void["lots"]] == [("restored", 100)]
    assert void["booking"]["takes_back"] == busy.told("redemption")


async def test_the_story_of_a_booking_says_what_did_not_follow(orion: Orion, busy: Busy) -> None:
    output = (await orion("explain", "transaction", busy.told("stuck"))).output
    assert f"given up, {WENT_WRONG}" in output
    assert f"apple          {busy.serial}, not synced since" in output
    assert f"next           Event points_earned {busy.event}: Nothing by itself." in output


async def test_the_story_of_a_pass_that_google_refuses(orion: Orion, busy: Busy) -> None:
    result = await orion("explain", "pass", f"issuer.{busy.card['id']}")
    assert result.exit_code == 0, result.output
    for told in (
        f"pass           google, issuer.{busy.card['id']}, failed",
        f"card           {busy.code} of {busy.shop.code}, active",
        "version        -1 is shown, ",
        "synced         never",
        "last error     refused: The field barcode is too long.",
        "Google does not take this pass. Its answer names the field.",
        "Google says    not told, last callback: none is kept",
        "next           It is sent again when the card changes, or at ",
    ):
        assert told in result.output, result.output


async def test_the_story_of_a_pass_on_an_iphone(orion: Orion, busy: Busy) -> None:
    output = (await orion("explain", "pass", busy.serial)).output
    assert f"pass           apple, {busy.serial}, active" in output
    assert "phones         1" in output
    assert "last push never, not known to Apple yet" in output
    assert "library-" not in output
    story = msgspec.json.decode((await orion("explain", "pass", busy.serial, "--json")).output)
    assert (story["provider"], len(story["apple"]["phones"]), story["google"]) == ("apple", 1, None)
    assert story["synced_version"] == story["wanted_version"] - 1, "the sale since was given up"


async def test_what_does_not_exist_has_no_story(orion: Orion) -> None:
    unknown = str(UUID(int=7))
    for verb, named in (("card", unknown), ("card", "BDFHKLNPRSTVXGCJ"), ("transaction", unknown), ("pass", unknown)):
        result = await orion("explain", verb, named)
        assert (result.exit_code, len(result.output.splitlines())) == (1, 1), result.output
    for named in ("otto", "R-88-2", "\0"):
        assert (await orion("explain", "transaction", named)).output.strip() == "There is no such transaction"
