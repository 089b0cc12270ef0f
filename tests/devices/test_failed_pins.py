"""Wrong PINs that were typed on a tablet while it was offline."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.outbox import relay
from backend.identity.customers.mails import SignInMails
from backend.identity.device_alerts import DeviceAlerts
from backend.loyalty.occasions.mails import CardMails
from backend.reactions import reactions
from backend.services import Services
from tests.conftest import OpenShop
from tests.doubles.tablet import Tablet
from tests.world.caller import Json, refused
from tests.world.devices import a_tablet, the_device
from tests.world.emails import put_off_waiting_emails
from tests.world.shop import Shop

PINS = {"anna": "2468", "claire": "1357"}
MAILS = "SELECT subject FROM platform_mails WHERE recipient = $1 AND template_code = 'device_alert'"


@pytest.fixture
async def guarded(opened: OpenShop) -> Shop:
    shop = await opened(policy={"staff_pin_policy": "required", "lockout_attempts": 5, "lockout_minutes": 15})
    for name, pin in PINS.items():
        await shop.give_pin(name, pin)
    return shop


def event(count: int = 1, **told: Any) -> Json:
    return {"event_id": str(uuid4()), "occurred_at": clock.now().isoformat(), "count": count} | told


async def react(services: Services) -> None:
    mails = CardMails(services.links, services.unsubscribe_links, services.key_ring, services.live)
    sign_ins = SignInMails(services.links, services.not_me_links, services.key_ring, services.live)
    alerts = DeviceAlerts(services.settings.public_url, services.live)
    while await relay(services.sessions, reactions(mails, sign_ins, alerts, services.queue), clock.now()):
        pass


async def test_attempts_offline_and_online_count_together(guarded: Shop) -> None:
    tablet, card, anna = await a_tablet(guarded), await guarded.a_card(), guarded.user_ids["anna"]
    first = await tablet.report_failed_pin(anna, count=3)
    assert first == {"locked": False, "locked_until": None, "remaining": 2, "duplicate": False}
    with refused("pin_invalid", 403) as said:
        await tablet.earn(card, cents=100, staff_id=str(anna), staff_pin="97531")
    assert said[0]["tries_left"] == 1
    second = await tablet.report_failed_pin(anna)
    assert (second["locked"], second["remaining"]) == (True, 0)
    assert second["locked_until"] is not None
    with refused("pin_locked", 403):
        await tablet.used_by(anna, PINS["anna"]).earn(card, cents=100)


async def test_each_event_counts_once(guarded: Shop) -> None:
    """Alone, in a list, twice in a list, and again after its answer was lost."""
    tablet, anna = await a_tablet(guarded), guarded.user_ids["anna"]
    first, second = event(), event()
    assert (await tablet.report_failed_pin(anna, first))["remaining"] == 4
    again = await tablet.report_failed_pin(anna, first, first, second)
    assert (again["remaining"], again["duplicate"]) == (3, False)
    last = await tablet.report_failed_pin(anna, second)
    assert (last["remaining"], last["duplicate"]) == (3, True)


async def test_guesses_that_go_on_offline_disable_the_pin(guarded: Shop) -> None:
    tablet, anna = await a_tablet(guarded), guarded.user_ids["anna"]
    assert (await tablet.report_failed_pin(anna, count=9))["locked_until"] is not None
    disabled = await tablet.report_failed_pin(anna)
    assert (disabled["locked"], disabled["locked_until"]) == (True, None)


async def test_only_people_of_its_own_store_are_reported(guarded: Shop) -> None:
    tablet = await a_tablet(guarded)
    for user_id in (guarded.user_ids["luc"], uuid4()):
        with refused("staff_not_here", 403):
            await tablet.report_failed_pin(user_id)


async def test_people_report_nothing(guarded: Shop) -> None:
    with refused("unauthenticated", 401):
        path = f"/store/loyalty/pins/{guarded.user_ids['anna']}/record-failed-attempt"
        await guarded.anna.post(path, event())


async def test_sixty_attempts_an_hour_and_no_more(guarded: Shop) -> None:
    tablet, anna = await a_tablet(guarded), guarded.user_ids["anna"]
    for _ in range(3):
        await tablet.report_failed_pin(anna, count=20)
    with refused("rate_limited", 429):
        await tablet.report_failed_pin(anna)
    clock.move(timedelta(hours=1))
    await tablet.report_failed_pin(anna)


async def test_owners_hear_of_a_pin_that_was_locked_and_of_a_tablet_that_was_suspended(
    guarded: Shop, services: Services, superuser: asyncpg.Connection
) -> None:
    await put_off_waiting_emails(superuser)
    colleague = UUID((await (await guarded.hire(guarded.hub)).me())["id"])
    guarded.user_ids["third"] = colleague
    await guarded.give_pin("third", "8642")
    tablet = await a_tablet(guarded)
    for name in ("anna", "claire", "third"):
        await _lock(tablet, guarded.user_ids[name])
    assert (await the_device(guarded, tablet))["state"] == "suspended"
    await react(services)
    subjects = [row["subject"] for row in await superuser.fetch(MAILS, guarded.emails["claire"])]
    assert sorted(subjects) == [
        *["Orion: A PIN was locked by wrong attempts on a tablet"] * 3,
        "Orion: A tablet was suspended: PINs of several people were locked on it",
    ]
    (entry,) = (await guarded.claire.get("/merchant/audit", params={"action": "device.suspended"}))["data"]
    assert entry["user_name"] == "Counter left"


async def _lock(tablet: Tablet, user_id: Any) -> None:
    assert (await tablet.report_failed_pin(user_id, count=5))["locked"]


@pytest.mark.parametrize("moment", ["2026-11-30T10:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_time_that_is_none_everywhere_is_the_tablets_mistake_and_not_ours(guarded: Shop, moment: str) -> None:
    """Without a zone, or beyond the calendar in UTC."""
    tablet, anna = await a_tablet(guarded), guarded.user_ids["anna"]
    with refused("validation_failed", 422) as said:
        await tablet.report_failed_pin(anna, {"event_id": str(uuid4()), "occurred_at": moment, "count": 1})
    assert said[0]["errors"][0]["code"] == "invalid_format"
    with refused("validation_failed", 422):
        await tablet.heartbeat(device_time=moment)
