"""Customers choose whether a merchant may send them marketing emails; the owner chooses which ones there are."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.keys import KeyRing
from backend.loyalty.customers.consent import UNDO
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.services import Services
from tests.conftest import OpenShop
from tests.world.caller import Caller, Json, refused
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

PATH = "/storefront/loyalty/email-choices"
PLAN = "/merchant/loyalty/marketing-plan"
EVENTS = """
    SELECT name, data->>'source' AS source, data->>'user_id' AS user_id FROM events
    WHERE merchant_id = $1 AND name LIKE 'marketing_consent_%' ORDER BY id
"""


async def link_of(services: Services, shop: Shop, card: Json) -> str:
    """The token of a customer's unsubscribe link."""
    customer_id = UUID(card["customer"]["id"])
    return services.unsubscribe_links.url(shop.merchant_id, customer_id).rpartition("/")[2]


async def choose(caller: Caller, token: str, *, accept: bool) -> Json:
    return await caller.ask("PUT", f"{PATH}/{token}", json={"accept_marketing": accept})


async def consent(superuser: asyncpg.Connection, shop: Shop) -> list[bool]:
    rows = await superuser.fetch(
        "SELECT marketing_consented_at FROM customers WHERE merchant_id = $1 ORDER BY created_at", shop.merchant_id
    )
    return [row[0] is not None for row in rows]


async def test_nobody_gets_marketing_who_has_not_asked_for_it(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    await shop.anna.enroll()
    await anonymous.join(shop.hub)
    assert await consent(superuser, shop) == [False, False]
    assert await superuser.fetch(EVENTS, shop.merchant_id) == []


async def test_a_customer_who_ticks_the_box_has_consented_and_the_event_proves_when_where_and_before_whom(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    await shop.anna.enroll(accept_marketing=True)
    await anonymous.join(shop.hub, accept_marketing=True)
    assert await consent(superuser, shop) == [True, True]
    assert [tuple(row) for row in await superuser.fetch(EVENTS, shop.merchant_id)] == [
        ("marketing_consent_given", "enrollment", str(shop.user_ids["anna"])),
        ("marketing_consent_given", "enrollment", None),
    ]


async def test_a_stranger_cannot_consent_for_somebody_who_has_a_card(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    await shop.anna.enroll("otto@example.com")
    await anonymous.join(shop.hub, "otto@example.com", accept_marketing=True)
    assert await consent(superuser, shop) == [False]


async def test_the_till_adds_a_consent_to_a_known_customer_and_never_takes_one_away(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    for tick, has_consented in ((False, False), (True, True), (False, True)):
        await shop.anna.enroll("otto@example.com", accept_marketing=tick)
        assert await consent(superuser, shop) == [has_consented]


async def test_one_click_stops_the_emails_and_another_one_brings_them_back(
    shop: Shop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    token = await link_of(services, shop, await shop.anna.enroll(accept_marketing=True, language="de"))
    assert await anonymous.get(f"{PATH}/{token}") == {
        "merchant_name": "Fashion Group",
        "card_color": "#414FD2",
        "accepts_marketing": True,
        "can_undo": False,
        "language": "de",
        "merchant_language": "en",
    }
    for _ in range(2):
        choices = await choose(anonymous, token, accept=False)
        assert (choices["accepts_marketing"], choices["can_undo"]) == (False, True)
    assert await consent(superuser, shop) == [False]
    for _ in range(2):
        assert (await choose(anonymous, token, accept=True))["accepts_marketing"]
    assert [row["name"] for row in await superuser.fetch(EVENTS, shop.merchant_id)] == [
        "marketing_consent_given",
        "marketing_consent_withdrawn",
        "marketing_consent_given",
    ]


async def test_a_day_later_no_link_brings_the_emails_back(
    shop: Shop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    token = await link_of(services, shop, await shop.anna.enroll(accept_marketing=True))
    await choose(anonymous, token, accept=False)
    clock.move(UNDO + timedelta(seconds=1))
    assert not (await anonymous.get(f"{PATH}/{token}"))["can_undo"]
    with refused("consent_not_by_link", 403):
        await choose(anonymous, token, accept=True)
    assert await consent(superuser, shop) == [False]


async def test_a_person_who_enrolled_somebody_cannot_consent_in_their_name_on_the_card_page(
    shop: Shop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    """Neither at first, nor after they have unsubscribed by the link that only they were sent."""
    joined = await anonymous.join(shop.hub, "victim@example.com")
    shown = await anonymous.card_page(joined["card"]["page_url"])
    on_card_page = shown["email_choices_url"].rpartition("/")[2]
    with refused("consent_not_by_link", 403):
        await choose(anonymous, on_card_page, accept=True)
    card = await shop.anna.enroll("victim@example.com", accept_marketing=True)
    await choose(anonymous, await link_of(services, shop, card), accept=False)
    assert not (await anonymous.get(f"{PATH}/{on_card_page}"))["can_undo"]
    with refused("consent_not_by_link", 403):
        await choose(anonymous, on_card_page, accept=True)
    assert await consent(superuser, shop) == [False]


@pytest.mark.parametrize("other", ["victim+2@gmail.com", "vic.tim@googlemail.com", "VICTIM@gmail.com"])
async def test_a_withdrawal_belongs_to_the_mailbox_and_no_stranger_takes_it_back(
    shop: Shop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection, other: str
) -> None:
    await anonymous.join(shop.hub, "victim+1@gmail.com", accept_marketing=True)
    card = await shop.anna.enroll("victim@gmail.com", accept_marketing=True)
    await choose(anonymous, await link_of(services, shop, card), accept=False)
    await anonymous.join(shop.hub, other, accept_marketing=True)
    assert not any(await consent(superuser, shop))


async def test_a_withdrawal_holds_at_this_merchant_and_the_till_takes_it_back(
    opened: OpenShop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    here, elsewhere = await opened(), await opened()
    for shop in (here, elsewhere):
        card = await shop.anna.enroll("otto@example.com", accept_marketing=True)
    await choose(anonymous, await link_of(services, elsewhere, card), accept=False)
    assert (await consent(superuser, here), await consent(superuser, elsewhere)) == ([True], [False])
    await elsewhere.anna.enroll("otto@example.com", accept_marketing=True)
    assert await consent(superuser, elsewhere) == [True]


async def test_an_undo_gives_back_what_was_taken_and_nothing_else(
    shop: Shop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    card = await shop.anna.enroll("otto@example.com", accept_marketing=True)
    await shop.anna.enroll("otto+shop@example.com", accept_marketing=True)
    await shop.anna.enroll("otto+never@example.com")
    token = await link_of(services, shop, card)
    await choose(anonymous, token, accept=False)
    assert await consent(superuser, shop) == [False, False, False]
    await choose(anonymous, token, accept=True)
    assert await consent(superuser, shop) == [True, True, False]


async def test_the_card_page_leads_to_the_choices(shop: Shop, anonymous: AnonymousCaller, services: Services) -> None:
    card = await shop.anna.enroll(accept_marketing=True)
    page = await anonymous.card_page(card["page_url"])
    own = services.unsubscribe_links.url_on_card_page(shop.merchant_id, UUID(card["customer"]["id"]))
    assert page["email_choices_url"] == own
    assert not (await choose(anonymous, own.rpartition("/")[2], accept=False))["accepts_marketing"]


async def test_forged_and_foreign_links_and_those_of_erased_customers_get_the_same_answer(
    opened: OpenShop, services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    mine, theirs = await opened(), await opened()
    card = await theirs.anna.enroll(accept_marketing=True)
    customer_id = UUID(card["customer"]["id"])
    good = await link_of(services, theirs, card)
    links = services.unsubscribe_links
    other_key = UnsubscribeLinks(KeyRing(["another key"]), "http://orion.test")
    last = "A" if good[-2] != "A" else "B"
    bad = {
        "forged": f"{good[:-2]}{last}=",
        "short": good[:-4],
        "text": "unsubscribe",
        "of another key": other_key.url(theirs.merchant_id, customer_id).rpartition("/")[2],
        "of another merchant": links.url(mine.merchant_id, customer_id).rpartition("/")[2],
        "of nobody": links.url(theirs.merchant_id, uuid4()).rpartition("/")[2],
        "of a card page": card["page_url"].rpartition("/")[2],
    }
    answers = []
    for token in bad.values():
        for method, body in (("GET", None), ("PUT", {"accept_marketing": False})):
            answer = (await anonymous.send(method, f"{PATH}/{token}", json=body)).json()
            answers.append({name: value for name, value in answer.items() if name not in {"instance", "request_id"}})
    assert answers == [answers[0]] * len(answers)
    with refused("unsubscribe_link_invalid", 404):
        await choose(anonymous, bad["text"], accept=False)
    assert await consent(superuser, theirs) == [True]


async def test_the_link_holds_no_personal_data_and_stays_the_same(shop: Shop, services: Services) -> None:
    card = await shop.anna.enroll("otto.weber@example.com", first_name="Otto")
    token = await link_of(services, shop, card)
    assert token == await link_of(services, shop, card)
    assert "otto" not in token.lower()
    assert card["code"] not in token


async def plan_of(office: Office) -> Json:
    return await office.get(PLAN)


async def change(office: Office, version: int | None, **fields: Any) -> Json:
    headers = {} if version is None else {"if-match": f'"{version}"'}
    return await office.ask("PATCH", PLAN, json=fields, headers=headers)


async def test_a_merchant_sends_no_marketing_before_the_owner_has_chosen_it(shop: Shop) -> None:
    office: Office = Office.of(shop.claire)
    nothing = {"sends_birthday_emails": False, "reengagement_days": None, "consented_count": 0, "version": 0}
    assert await plan_of(office) == nothing
    await shop.anna.enroll(accept_marketing=True)
    chosen = await change(office, 0, sends_birthday_emails=True, reengagement_days=90)
    assert chosen == {"sends_birthday_emails": True, "reengagement_days": 90, "consented_count": 1, "version": 1}
    assert await plan_of(office) == chosen
    assert (await change(office, 1, reengagement_days=None))["sends_birthday_emails"]


async def test_an_owner_who_saves_what_another_has_changed_meanwhile_is_told_who(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    office: Office = Office.of(shop.claire)
    await change(office, 0, sends_birthday_emails=True)
    with refused("stale", 412) as said:
        await change(office, 0, reengagement_days=90)
    assert said[0]["changed_by"] == "Claire"
    with refused("precondition_required", 428):
        await change(office, None, reengagement_days=90)
    audit = await superuser.fetch(
        "SELECT action, before::text, after::text FROM audit_entries WHERE merchant_id = $1", shop.merchant_id
    )
    assert [tuple(row) for row in audit] == [
        ("marketing_plan.changed", '{"sends_birthday_emails": false}', '{"sends_birthday_emails": true}')
    ]


@pytest.mark.parametrize("days", [0, 29, 731, "90"])
async def test_an_absence_is_between_a_month_and_two_years(shop: Shop, days: object) -> None:
    with refused("validation_failed", 422):
        await change(Office.of(shop.claire), 0, reengagement_days=days)


async def test_staff_do_not_choose_the_merchants_marketing(shop: Shop) -> None:
    with refused("forbidden", 403):
        await change(Office.of(shop.anna), 0, sends_birthday_emails=True)
