"""After every push the pass shows the current card."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.dev.sandbox.google.faults import Fault
from backend.dev.sandbox.google.passes import ServedType
from backend.dev.sandbox.google.phone import DisplayedPass, display_pass
from backend.dev.sandbox.google.resources import Resource
from backend.services import Services
from backend.wallets.google import client as client_module
from backend.wallets.google.open import Google as GoogleParts
from backend.wallets.google.open import open_google as open_parts
from backend.wallets.google.payloads import shows
from backend.wallets.models import GoogleProgram
from backend.wallets.ports import Misconfigured, NotifyReason, Permanent, Transient, WalletProvider
from tests.doubles.google import Google, open_google
from tests.wallets.google.conftest import SnapshotOf
from tests.world.caller import Json
from tests.world.passes import CODE, SOON, PlainImages


def on_phone(google: Google, parts: Any, card: Any, language: str = "en") -> DisplayedPass:
    return display_pass(google.fake.passes, parts.wallet.payload(card)["id"], language)


def calls(google: Google) -> int:
    return len(google.fake.faults.asked_at)


async def test_the_first_push_makes_program_and_card(google: Google, parts: GoogleParts, marie: SnapshotOf) -> None:
    card = marie(stamp_count=3, points_balance=80)
    provider: WalletProvider = parts.wallet
    await provider.push(card, None)
    phone = on_phone(google, parts, card)
    assert (phone.issuer, phone.program, phone.color) == ("Fashion Group", "Fashion Card", "#0f5c4b")
    assert phone.balances == {"Points": "80", "Stamps": "3"}
    assert (phone.barcode, phone.barcode_text) == (CODE, "BDFH KLNP RSTV XGCJ")
    assert phone.account_name == "Marie Weber"
    assert phone.strip_url == "https://orion.example/i/stamps-3-of-10.png"
    assert ("Your card online", card.page_url) in phone.links
    assert not phone.is_expired
    assert phone.notification_count == 0


async def test_a_change_is_one_patch_and_nothing_else(google: Google, parts: GoogleParts, marie: SnapshotOf) -> None:
    await parts.wallet.push(marie())
    before = calls(google)
    await parts.wallet.push(marie(stamp_count=4, version=2))
    assert calls(google) - before == 1
    assert on_phone(google, parts, marie()).balances["Stamps"] == "4"


async def test_the_same_push_any_number_of_times_is_the_same_pass(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    for _ in range(3):
        await parts.wallet.push(marie())
    assert on_phone(google, parts, marie()).balances["Stamps"] == "3"


async def test_what_is_gone_goes_from_the_phone_too(google: Google, parts: GoogleParts, marie: SnapshotOf) -> None:
    full = {"debt_points": 5, "next_expiry_at": SOON, "next_expiry_points": 30}
    await parts.wallet.push(marie(**full))
    headers = [header for header, _ in on_phone(google, parts, marie()).texts]
    assert {"Points expiring soon", "Points from a return", "For your stamps", "For your points"} <= set(headers)
    await parts.wallet.push(marie({"type": "points"}, next_reward=None))
    phone = on_phone(google, parts, marie())
    assert phone.balances == {"Points": "80"}
    assert phone.strip_url is None
    assert [header for header, _ in phone.texts] == ["Where your card works", "Terms"]


async def test_a_card_that_another_process_inserts_first_is_patched(
    google: Google, parts: GoogleParts, marie: SnapshotOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = marie()
    await parts.wallet.ensure_program(card.program)
    insert = google.fake.passes.insert

    def slower(kind: ServedType, body: Json) -> Resource:
        monkeypatch.undo()
        insert(kind, body | {"state": "EXPIRED"})
        return insert(kind, body)

    monkeypatch.setattr(google.fake.passes, "insert", slower)
    await parts.wallet.push(card)
    assert on_phone(google, parts, card).state == "ACTIVE"


async def test_a_class_that_another_process_inserts_first_is_patched(
    google: Google, parts: GoogleParts, marie: SnapshotOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = marie()
    insert = google.fake.passes.insert

    def slower(kind: ServedType, body: Json) -> Resource:
        monkeypatch.undo()
        insert(kind, body | {"programName": "Old name"})
        return insert(kind, body)

    monkeypatch.setattr(google.fake.passes, "insert", slower)
    await parts.wallet.push(card)
    assert on_phone(google, parts, card).program == "Fashion Card"


async def test_a_class_that_google_has_lost_is_made_again(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    card = marie()
    await parts.wallet.push(card)
    name = parts.wallet.payload(card)
    google.fake.passes.forget("loyaltyClass", name["classId"])
    google.fake.passes.forget("loyaltyObject", name["id"])
    await parts.wallet.push(card)
    assert on_phone(google, parts, card).program == "Fashion Card"


async def test_a_program_is_told_before_its_first_card_and_again_only_when_it_changes(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    await parts.wallet.ensure_program(marie().program)
    before = calls(google)
    await parts.wallet.ensure_program(marie().program)
    assert calls(google) == before
    await parts.wallet.push(marie({"card_name": "New Card"}))
    assert on_phone(google, parts, marie()).program == "New Card"


async def test_what_google_was_told_is_remembered_with_its_review(
    services: Services, google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    await parts.wallet.push(marie())
    async with services.sessions.committing() as session:
        row = await session.get(GoogleProgram, parts.wallet.payload(marie())["classId"])
    assert row is not None
    assert (row.program_id, row.review_status) == (marie().program.program_id, "approved")


async def test_another_issuer_is_told_everything_anew(
    services: Services, google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    """From Google's demonstration to the real one."""
    await parts.wallet.push(marie())
    async with (
        open_google(google.account_file, issuer_id="3388000000099999999") as real,
        open_parts(
            real.settings(services.settings),
            pool=services.pool,
            sessions=services.sessions,
            redis=services.redis,
            images=PlainImages(),
        ) as opened,
    ):
        assert opened is not None
        for points in (80, 90):
            await opened.wallet.push(marie(points_balance=points))
        assert on_phone(real, opened, marie()).balances["Points"] == "90"


async def test_a_rejected_program_is_a_fault_of_the_program(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    google.fake.passes.rejected_names.add("Fashion Card")
    with pytest.raises(Permanent) as error:
        await parts.wallet.push(marie())
    assert error.value.code == "class_rejected"
    google.fake.passes.rejected_names.clear()
    await parts.wallet.push(marie({"card_name": "A better name"}))


async def test_updates_ask_for_review_again_and_never_for_less(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    await parts.wallet.push(marie())
    await parts.wallet.push(marie({"card_color": "#112233"}))
    name = parts.wallet.payload(marie())["classId"]
    assert google.fake.passes.get("loyaltyClass", name).body["reviewStatus"] == "APPROVED"


async def test_a_deactivated_card_expires_on_the_phone_and_comes_back(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    await parts.wallet.push(marie())
    await parts.wallet.push(marie(state="deactivated"))
    phone = on_phone(google, parts, marie())
    assert phone.is_expired
    assert phone.account_name is None
    await parts.wallet.push(marie())
    assert on_phone(google, parts, marie()).account_name == "Marie Weber"


async def test_nothing_of_an_erased_person_is_left_at_google(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    card = marie(next_expiry_at=SOON, next_expiry_points=30)
    await parts.wallet.push(card, NotifyReason.POINTS_EXPIRING)
    await parts.wallet.push(marie(state="erased", customer_name=None))
    left = google.fake.passes.get("loyaltyObject", parts.wallet.payload(card)["id"]).body
    assert set(left) == {"id", "classId", "state"}
    assert left["state"] == "INACTIVE"


@pytest.mark.parametrize("state", ["deactivated", "merged", "erased"])
async def test_a_card_that_is_over_is_not_made_for_that(
    google: Google, parts: GoogleParts, marie: SnapshotOf, state: str
) -> None:
    await parts.wallet.push(marie(state=state))
    assert google.fake.passes.find("loyaltyObject", parts.wallet.payload(marie())["id"]) is None


async def test_a_reward_makes_the_phone_ring_and_a_stamp_does_not(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    await parts.wallet.push(marie(stamp_count=8))
    await parts.wallet.push(marie(stamp_count=9))
    assert on_phone(google, parts, marie()).notification_count == 0
    await parts.wallet.push(marie(stamp_count=10), NotifyReason.REWARD_READY)
    assert on_phone(google, parts, marie()).notification_count == 1


@pytest.mark.parametrize("kind", ["stamps", "hybrid"])
async def test_a_reward_rings_also_when_its_stamp_was_shown_before(
    google: Google, parts: GoogleParts, marie: SnapshotOf, kind: str
) -> None:
    """Another push may send the stamp before the one with the notification."""
    await parts.wallet.push(marie({"type": kind}, stamp_count=9))
    ready = marie({"type": kind}, stamp_count=10)
    await parts.wallet.push(ready)
    await parts.wallet.push(ready, NotifyReason.REWARD_READY)
    phone = on_phone(google, parts, ready)
    assert phone.notification_count == 1
    assert phone.messages == [("Your reward is ready", "A free scarf is yours: show your card at the till.")]
    await parts.wallet.push(ready)
    assert on_phone(google, parts, ready).messages == phone.messages


async def test_a_reward_that_was_handed_over_is_no_news_any_more(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    await parts.wallet.push(marie(stamp_count=10), NotifyReason.REWARD_READY)
    await parts.wallet.push(marie(stamp_count=0))
    assert on_phone(google, parts, marie()).messages == []


async def test_a_reward_that_nobody_has_named_rings_too(google: Google, parts: GoogleParts, marie: SnapshotOf) -> None:
    await parts.wallet.push(marie({"stamp_reward": {}}, stamp_count=10), NotifyReason.REWARD_READY)
    assert on_phone(google, parts, marie()).messages == [("Your reward is ready", "Show your card at the till.")]


async def test_points_that_end_are_one_message_that_rings(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    card = marie(next_expiry_at=SOON, next_expiry_points=30)
    for _ in range(2):
        await parts.wallet.push(card, NotifyReason.POINTS_EXPIRING)
    phone = on_phone(google, parts, card)
    assert phone.messages == [("Points expiring soon", "30 points expire on 31 December 2026.")]
    assert phone.notification_count == 2


async def test_after_three_rings_the_message_comes_in_silence(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    card = marie(next_expiry_at=SOON, next_expiry_points=30)
    for _ in range(5):
        await parts.wallet.push(card, NotifyReason.POINTS_EXPIRING)
    phone = on_phone(google, parts, card)
    assert phone.notification_count == 3
    assert len(phone.messages) == 1


async def test_phones_show_the_programs_texts_in_their_own_language(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    await parts.wallet.push(marie())
    assert "One point per euro." in dict(on_phone(google, parts, marie(), "en").texts).values()
    assert "Un point par euro." in dict(on_phone(google, parts, marie(), "fr").texts).values()


@pytest.mark.parametrize("fault", ["500", "503", "408", "lost", "lost_504", "garbage"])
async def test_a_push_that_failed_is_right_after_another_one(
    google: Google, parts: GoogleParts, marie: SnapshotOf, fault: Fault
) -> None:
    await parts.wallet.push(marie())
    google.fake.faults.next.append(fault)
    with pytest.raises(Transient):
        await parts.wallet.push(marie(stamp_count=4))
    await parts.wallet.push(marie(stamp_count=5))
    assert on_phone(google, parts, marie()).balances["Stamps"] == "5"


@pytest.mark.parametrize("lost", range(4))
async def test_an_insert_whose_answer_is_lost_makes_no_second_card(
    google: Google, parts: GoogleParts, marie: SnapshotOf, lost: int
) -> None:
    """The lost response is that of the class PATCH, class insert, object PATCH or object insert."""
    with pytest.raises(Transient):
        await fail_at(google, parts, marie, lost)
    await parts.wallet.push(marie())
    assert on_phone(google, parts, marie()).balances["Stamps"] == "3"


async def fail_at(google: Google, parts: GoogleParts, marie: SnapshotOf, lost: int) -> None:
    left = iter(range(10))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(google.fake.faults, "draw", lambda: "lost" if next(left) == lost else None)
        await parts.wallet.push(marie())


async def test_refusal_of_the_issuer_is_no_fault_of_the_card(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    google.fake.faults.is_forbidden = True
    with pytest.raises(Misconfigured):
        await parts.wallet.push(marie())
    assert (await parts.breaker.state()).stopped_because is not None


async def test_the_nightly_comparison_finds_what_is_wrong(
    google: Google, parts: GoogleParts, marie: SnapshotOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "PAGE_SIZE", 2)
    cards = [marie(card_id=UUID(int=number), stamp_count=number) for number in range(5)]
    for card in cards:
        await parts.wallet.push(card)
    wrong = parts.wallet.payload(cards[2])["id"]
    google.fake.passes.get("loyaltyObject", wrong).body["loyaltyPoints"]["balance"] = {"int": 7}
    told = {payload["id"]: payload for payload in map(parts.wallet.payload, cards)}
    listed = [each async for page in parts.wallet.list_objects(cards[0].program) for each in page]
    assert [each["id"] for each in listed if not shows(each, told[each["id"]])] == [wrong]
    assert len(listed) == 5


async def test_in_bulk_it_is_the_same_provider_at_another_pace(
    google: Google, parts: GoogleParts, marie: SnapshotOf, redis: Redis
) -> None:
    slow = parts.wallet.in_bulk()
    await slow.push(marie())
    assert await redis.exists("bucket:google:bulk")
    assert on_phone(google, parts, marie()).balances["Stamps"] == "3"


async def test_ten_cards_at_once_of_a_new_program(google: Google, parts: GoogleParts, marie: SnapshotOf) -> None:
    cards = [marie(card_id=UUID(int=number)) for number in range(10)]
    await asyncio.gather(*(parts.wallet.push(card) for card in cards))
    assert len(list(google.fake.passes.all("loyaltyObject"))) == 10
    assert len(list(google.fake.passes.all("loyaltyClass"))) == 1
