"""What went wrong in the system before this one, wherever it touches cards, points or stamps: it must not come back.

Each test names the fault as those who met it told it.
"""

import asyncio
import re
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.identity.customers.mails import SignInMails
from backend.identity.device_alerts import DeviceAlerts
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.schemas.bookings import Stamp
from backend.loyalty.occasions.mails import CardMails
from backend.merchants.models import Policy
from backend.reactions import reactions
from backend.services import Services
from i18n.money import AmountError, parse_amount
from tests.conftest import OpenShop
from tests.world.caller import Json, Refused, refused
from tests.world.ledger import assert_ledger_adds_up
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller


async def test_every_row_had_the_time_at_which_the_program_was_started(shop: Shop) -> None:
    first = await shop.anna.enroll()
    clock.move(timedelta(hours=3))
    second = await shop.anna.enroll()
    await shop.anna.earn(second, cents=100)
    lines = [line for card in (first, second) for line in (await shop.anna.history(card))["data"]]
    assert len({line["recorded_at"] for line in lines}) == 3
    begun, later = (datetime.fromisoformat(card["enrolled_at"]) for card in (first, second))
    assert timedelta(hours=3) <= later - begun < timedelta(hours=3, minutes=1)


async def test_phone_and_birthday_were_asked_for_but_not_shown_with_the_card(shop: Shop) -> None:
    card = await shop.anna.enroll(phone="+352 621 123 456", birth_date="1990-02-28")
    for seen in (card, await shop.anna.show(card), (await shop.anna.find(card["code"]))[0]):
        assert seen["customer"]["birth_date"] == "1990-02-28"
        assert re.sub(r"\D", "", seen["customer"]["phone"]) == "352621123456"


async def test_the_birthday_was_dropped_when_a_customer_enrolled(shop: Shop, anonymous: AnonymousCaller) -> None:
    email = f"{uuid4().hex}@example.com"
    await anonymous.join(shop.hub, email, birth_date="1985-12-31")
    (card,) = await shop.anna.find(email)
    assert card["customer"]["birth_date"] == "1985-12-31"


async def test_one_address_got_two_cards_at_sister_stores(shop: Shop, superuser: asyncpg.Connection) -> None:
    email = "Marie.Weber@Example.com"
    first, again = await shop.anna.enroll(email), await shop.luc.enroll(email.lower())
    assert (again["id"], again["already_enrolled"]) == (first["id"], True)
    both = await asyncio.gather(*(till.enroll("new@example.com") for till in [shop.anna, shop.luc] * 5))
    assert len({card["id"] for card in both}) == 1
    assert await superuser.fetchval("SELECT count(*) FROM cards WHERE merchant_id = $1", shop.merchant_id) == 2


async def test_a_card_was_id_here_and_card_id_there_so_that_no_button_of_the_till_worked(shop: Shop) -> None:
    enrolled = await shop.a_card(points=200)
    (card,) = await shop.anna.find(enrolled["code"])
    assert "card_id" not in card
    booked: list[Json] = [
        await shop.anna.earn(card["id"], cents=100),
        await shop.anna.stamp(card["id"]),
        await shop.anna.redeem(card["id"], shop.rewards[100]),
    ]
    assert {answer["card"]["id"] for answer in booked} == {card["id"]}
    assert {answer["transaction"]["card_id"] for answer in booked} == {card["id"]}
    assert (await shop.anna.till(card["id"]))["card"]["id"] == card["id"]
    assert (await shop.anna.void(booked[0]))["card"]["id"] == card["id"]


async def test_every_card_was_enrolled_at_unknown(shop: Shop, anonymous: AnonymousCaller) -> None:
    by_staff = await shop.luc.enroll()
    assert by_staff["enrolled_store"]["name"] == "OUT"
    email = f"{uuid4().hex}@example.com"
    await anonymous.join(shop.hub, email)
    (by_poster,) = await shop.luc.find(email)
    assert by_poster["enrolled_store"]["code"] == shop.hub
    assert {line["store"] for line in (await shop.luc.history(by_poster))["data"]} == {shop.hub}


async def test_limits_and_balances_were_looked_at_before_the_lock(shop: Shop, superuser: asyncpg.Connection) -> None:
    """Twenty tills at once: one stamp within the waiting time, one reward for one reward's points."""
    card = await shop.a_card(points=100)
    stamps = [shop.book(AddStamp(Stamp()), card) for _ in range(20)]
    rewards = [shop.anna.redeem(card, shop.rewards[100]) for _ in range(20)]
    stamped, redeemed = await asyncio.gather(asyncio.gather(*stamps), asyncio.gather(*rewards, return_exceptions=True))
    assert Counter(answer.get("code", "booked") for answer in stamped) == {"booked": 1, "stamp_cooldown": 19}
    assert Counter(answer["code"] for answer in redeemed if isinstance(answer, Refused)) == {"insufficient_points": 19}
    seen = await shop.anna.show(card)
    assert (seen["points_balance"], seen["stamp_count"]) == (0, 1)
    await assert_ledger_adds_up(superuser, [shop.merchant_id])


async def test_the_pin_of_one_store_was_good_at_another(opened: OpenShop) -> None:
    """There it could even be changed; here nobody books with somebody else's."""
    shop = await opened(policy={"staff_pin_policy": "required"})
    await shop.give_pin("anna", "2468")
    await shop.give_pin("luc", "1357")
    card = await shop.a_card()
    with refused("pin_invalid", 403):
        await shop.anna.earn(card, cents=100, staff_pin="1357")
    assert (await shop.luc.earn(card, cents=100, staff_pin="1357"))["points_earned"] == 1


async def test_the_page_after_joining_asked_for_a_sign_in_the_customer_did_not_have(
    shop: Shop, anonymous: AnonymousCaller
) -> None:
    joined = await anonymous.join(shop.hub)
    page = await anonymous.card_page(joined["card"]["page_url"])
    assert page["card"]["code"] == joined["card"]["code"]


@pytest.mark.parametrize("typed", ["abc", "12a", "1^3", "^e", "12,5o", "½", "٣"])
async def test_the_amount_took_letters_and_compose_keys(shop: Shop, typed: str) -> None:
    with pytest.raises(AmountError):
        parse_amount(typed)
    card = await shop.a_card()
    with refused("validation_failed", 422):
        await shop.anna.earn(card, cents=typed)  # type: ignore[arg-type]  # what a caller may send
    assert (await shop.anna.show(card))["points_balance"] == 0


async def test_no_welcome_mail_ever_arrived(shop: Shop, services: Services, superuser: asyncpg.Connection) -> None:
    """Four faults lay over each other; from here on `tests/workers` follows the mail to the mailbox."""
    card = await shop.anna.enroll()
    waiting = await superuser.fetchval(
        "SELECT o.event_name FROM outbox o JOIN events e ON e.merchant_id = o.merchant_id AND e.id = o.id "
        "WHERE e.data ->> 'card_id' = $1",
        card["id"],
    )
    mails = CardMails(services.links, services.unsubscribe_links, services.key_ring, services.live)
    sign_ins = SignInMails(services.links, services.not_me_links, services.key_ring, services.live)
    alerts = DeviceAlerts(services.settings.public_url, services.live)
    promised = reactions(mails, sign_ins, alerts, services.queue)
    assert "mail_loyalty_enrollment" in {reaction.__name__ for reaction in promised[waiting]}


async def test_a_wrong_program_form_was_refused_without_saying_which_field(shop: Shop) -> None:
    """A bare 422; ours points at each field. Here at the till, where it costs a customer's patience."""
    card = await shop.a_card()
    with refused("validation_failed", 422) as said:
        await shop.anna.earn(card, cents=-5)
    assert [error["pointer"] for error in said[0]["errors"]] == ["/purchase_amount_cents"]


async def test_customers_consented_to_terms_that_were_not_there(shop: Shop, anonymous: AnonymousCaller) -> None:
    program = await anonymous.program(shop.hub)
    assert program["terms_text"] or program["terms_url"]
    with refused("terms_not_accepted", 422):
        await anonymous.join(shop.hub, accept_terms=False)


async def test_at_another_store_a_card_was_redeemed_although_that_was_switched_off(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    """The switch was read by nobody. Now neither the till nor the database lets it pass."""
    card = await shop.a_card(points=100, stamps=10, at=shop.hub)
    await shop.change(Policy, allow_cross_location_redemption=False)
    for take in (shop.luc.redeem, shop.luc.reserve):
        for reward in (shop.rewards[100], None):
            with refused("other_store_only", 409):
                await take(card, reward)
    planted = superuser.transaction()
    await planted.start()
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="cannot be redeemed at this store"):
            await superuser.execute(
                "INSERT INTO transactions SELECT (json_populate_record(t, $1)).* FROM transactions t "
                "WHERE card_id = $2 AND seq = 1",
                f'{{"id": "{uuid4()}", "seq": 99, "kind": "redeemed", "amount": -1, "store_id": '
                f'"{shop.store_ids[shop.outlet]}"}}',
                UUID(card["id"]),
            )
    finally:
        await planted.rollback()


async def test_all_points_of_a_card_ended_together_by_inactivity_only(opened: OpenShop) -> None:
    shop = await opened(terms={"expiry_kind": "rolling", "expiry_days": 30})
    card = await shop.a_card(points=10)
    clock.move(timedelta(days=20))
    await shop.anna.earn(card, cents=500)
    clock.move(timedelta(days=15))
    assert (await shop.anna.show(card))["points_balance"] == 5


async def test_a_reward_could_not_be_set_aside(shop: Shop) -> None:
    card = await shop.a_card(points=100)
    hold = (await shop.anna.reserve(card, shop.rewards[100]))["hold"]
    assert (await shop.anna.confirm(card, hold))["transaction"]["reward"] == "Voucher"


async def test_categories_were_numbers_in_a_text_that_nothing_held_together(
    opened: OpenShop, superuser: asyncpg.Connection
) -> None:
    shop = await opened(categories=2)
    card = await shop.a_card()
    sale = await shop.anna.earn(card, cents=100, category_ids=shop.categories)
    query = "SELECT count(*) FROM transaction_categories WHERE transaction_id = $1"
    assert await superuser.fetchval(query, UUID(sale["transaction"]["id"])) == 2
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await superuser.execute("DELETE FROM categories WHERE id = $1", UUID(shop.categories[0]))


async def test_a_booking_refused_after_the_fact_was_dropped_without_a_word(shop: Shop) -> None:
    """The same key gets the same refusal, so that a queue can show it to somebody."""
    card, key = await shop.a_card(), uuid4().hex
    await shop.anna.stamp(card)
    said = []
    for _ in range(2):
        with refused("stamp_cooldown", 409) as told:
            await shop.anna.stamp(card, key=key)
        said.append(told[0].facts)
    assert said[0] == said[1]
    assert await shop.anna.state_of(key) == "refused"
