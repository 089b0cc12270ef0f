"""For a while everything can be seen and nothing changed, and nothing is lost by it."""

import asyncio
from datetime import datetime, timedelta

from click.testing import CliRunner, Result

from backend.app import create_api
from backend.cli.orion import orion
from backend.core.clock import clock
from backend.core.maintenance import READING, WORKS_IN_MAINTENANCE
from backend.core.settings import Settings
from i18n.formatting import get_formatter
from tests.settings.administrator import Administrator
from tests.world import ANNA, PASSWORD
from tests.world.caller import new_key, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller


async def test_a_till_hears_when_it_may_book_again_and_repeats_with_the_same_key(
    ada: Administrator, shop: Shop, anonymous: AnonymousCaller
) -> None:
    card, key = await shop.a_card(), new_key()
    end = (clock.now() + timedelta(minutes=30)).isoformat(timespec="minutes")
    await ada.save("maintenance", maintenance_mode="read_only", maintenance_until=end)
    with refused("maintenance", 503) as said:
        await shop.anna.earn(card, cents=1000, key=key)
    assert datetime.fromisoformat(said[0]["ends_at"]) == datetime.fromisoformat(end)
    assert 28 * 60 < int(said[0].answer.headers["retry-after"]) <= 30 * 60
    assert [found["id"] for found in await shop.anna.find(card["code"])] == [card["id"]]
    assert (await anonymous.sign_in(ANNA.email, PASSWORD))["token"]
    await ada.reset("maintenance")
    assert (await shop.anna.earn(card, cents=1000, key=key))["card"]["points_balance"] == 10


async def test_an_announcement_is_shown_and_hinders_nobody(
    ada: Administrator, shop: Shop, anonymous: AnonymousCaller
) -> None:
    assert (await anonymous.get("/storefront/branding"))["maintenance_mode"] == "off"
    await ada.save("maintenance", maintenance_mode="announced")
    shown = await anonymous.get("/storefront/branding")
    assert (shown["maintenance_mode"], shown["maintenance_until"]) == ("announced", None)
    assert await shop.a_card(points=100)


async def test_an_end_is_a_time_with_its_zone_that_every_page_can_show(ada: Administrator) -> None:
    ends_of_the_calendar = ("9999-12-31T23:59:00-12:00", "0001-01-01T00:00:00+14:00")
    for wrong in ("14:30", "2026-12-24T14:30", "soon", *ends_of_the_calendar):
        with refused("validation_failed", 422) as said:
            await ada.save("maintenance", maintenance_until=wrong)
        assert [error["code"] for error in said[0]["errors"]] == ["moment"]
    for far in ("9998-12-31T23:59:00-12:00", "0002-01-01T00:00:00+14:00"):
        await ada.save("maintenance", maintenance_until=far)
        assert get_formatter("lb").datetime(datetime.fromisoformat(far))


async def test_an_operator_begins_and_ends_it_with_one_command(settings: Settings, ada: Administrator) -> None:
    environment = {
        "ORION_ENVIRONMENT": "test",
        "ORION_DATABASE_URL": settings.database_url,
        "ORION_REDIS_URL": settings.redis_url,
        "ORION_SECRET_KEYS": settings.secret_keys,
    }

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, orion, ["maintenance", *words], env=environment)

    assert "nothing changed or booked. Until 2" in (await run("on", "--minutes", "30")).output
    assert (await ada.setting("maintenance", "maintenance_mode"))["value"] == "read_only"
    assert (await run("on", "--announce")).output == "Pages say that maintenance will begin; everything works.\n"
    assert (await run("off")).output == (await run("status")).output == "Everything works.\n"


def test_what_works_meanwhile_signs_in_looks_or_ends_it(settings: Settings) -> None:
    api = create_api(settings, {})
    works = {
        str(handler.operation_id)
        for route in api.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.opt.get(WORKS_IN_MAINTENANCE) and not handler.http_methods <= {*READING}
    }
    assert works == WORKS


WORKS = {
    *("signIn", "signInWithSecondFactor", "beginPasskeySignIn", "signInWithPasskey"),
    *("signOut", "endOwnSession", "endOwnOtherSessions"),
    *("confirmOwnSession", "beginOwnConfirmation", "rollDeviceToken", "sendHeartbeat"),
    *("lookupCards", "lookupCardsAsOwner", "previewEarn", "previewReturn", "previewEmailTemplate"),
    *("previewOwnEmailTemplate", "checkWallets", "testEmailConnection"),
    *("changeSettings", "checkSettings", "resetSettings", "resetSetting"),
}
