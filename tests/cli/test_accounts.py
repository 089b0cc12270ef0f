"""An operator brings back who has lost everything, and shuts out who has left."""

import re
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from backend.core.clock import clock
from backend.core.settings import Settings
from backend.messaging.models import PlatformMail
from backend.services import Services
from backend.staff_pins.models import WRONG_MAX, StaffPin
from i18n.locales import PLATFORM_LANGUAGE
from tests.cli.conftest import Orion
from tests.world import ADA, PASSWORD
from tests.world.caller import refused
from tests.world.invitations import invite, mailed_token, new_email
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

NEW_PASSWORD = "seven blue kites over Esch"
LINK = re.compile(r"http\S+/reset/(\S+)")


async def test_a_person_who_has_lost_phone_and_codes_gets_a_link_and_the_former_password_opens_nothing(
    orion: Orion, shop: Shop, services: Services, anonymous: AnonymousCaller
) -> None:
    email = shop.emails["anna"]
    done = await orion("users", "reset", email)
    assert (done.exit_code, done.output.startswith(f"{email} gets a link")) == (0, True)
    with refused("unauthenticated", 401):
        await shop.anna.get("/auth/me")
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(email, PASSWORD)
    token = await mailed_token(services, email)
    await anonymous.post(f"/auth/password-resets/{token}", {"password": NEW_PASSWORD})
    assert (await anonymous.sign_in(email, NEW_PASSWORD))["user"]["email"] == email
    newest = (await shop.claire.get("/merchant/audit", params={"action": "account.factors_reset"}))["data"][0]
    assert (newest["user_id"], newest["subject"]) == (None, str(shop.user_ids["anna"]))
    assert newest["user_name"].endswith("at the command line")


@pytest.mark.parametrize(
    ("chosen", "headline"),
    [
        ("lb", "En Administrateur huet"),
        ("de", "Ein Administrator hat"),
        ("en", "An administrator has removed your second factors"),
        (None, "Un administrateur a"),
    ],
)
async def test_the_operator_reads_english_and_the_person_gets_both_emails_in_their_own_language(
    orion: Orion, shop: Shop, services: Services, chosen: str | None, headline: str
) -> None:
    email = shop.emails["anna"]
    if chosen is not None:
        await shop.anna.ask("PATCH", "/auth/me", json={"language": chosen})
    done = await orion("users", "reset", email)
    assert done.output.startswith(f"{email} gets a link for a new password")
    async with services.sessions.committing() as session:
        mails = select(PlatformMail).where(PlatformMail.recipient == email).order_by(PlatformMail.id)
        link, notice = list(await session.scalars(mails))[-2:]
    assert [link.template_code, notice.template_code] == ["password_reset", "account_changed"]
    assert [link.language, notice.language] == [chosen or PLATFORM_LANGUAGE] * 2
    assert headline in notice.subject


async def test_the_link_is_printed_when_email_is_down(
    orion: Orion, shop: Shop, services: Services, anonymous: AnonymousCaller
) -> None:
    shown = await orion("users", "reset", shop.emails["anna"], "--show-link")
    found = LINK.search(shown.output)
    assert found, shown.output
    await anonymous.post(f"/auth/password-resets/{found[1]}", {"password": NEW_PASSWORD})
    assert (await anonymous.sign_in(shop.emails["anna"], NEW_PASSWORD))["user"]["email"] == shop.emails["anna"]
    unknown = await orion("users", "reset", "nobody@x.example")
    assert (unknown.exit_code, unknown.output) == (1, "Nobody signs in as nobody@x.example.\n")


async def test_an_account_is_shut_at_once_and_opened_again(
    orion: Orion, shop: Shop, anonymous: AnonymousCaller
) -> None:
    email = shop.emails["anna"]
    assert (await orion("users", "deactivate", email)).exit_code == 0
    with refused("unauthenticated", 401):
        await shop.anna.get("/auth/me")
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(email, PASSWORD)
    assert (await orion("users", "deactivate", email)).exit_code == 1
    assert (await orion("users", "activate", email)).exit_code == 0
    assert (await anonymous.sign_in(email, PASSWORD))["user"]["email"] == email
    entries = (await shop.claire.get("/merchant/audit", params={"subject": str(shop.user_ids["anna"])}))["data"]
    assert [entry["action"] for entry in entries[:2]] == ["account.activated", "account.deactivated"]
    assert entries[0]["subject_name"] == "Anna"


async def test_the_last_super_admin_is_not_shut_out(orion: Orion, fresh_settings: Settings) -> None:
    result = await orion("users", "deactivate", ADA.email, database_url=fresh_settings.database_url)
    assert (result.exit_code, result.output) == (1, "This is the only super admin\n")


async def test_one_screen_says_what_stands_in_the_way(
    orion: Orion, shop: Shop, services: Services, anonymous: AnonymousCaller
) -> None:
    email, guest = shop.emails["anna"], new_email()
    clear = await orion("explain", "user", email)
    assert clear.exit_code == 0, clear.output
    assert "Nothing stands in the way of signing in." in clear.output
    assert f"works for      {shop.code}, store_member, {shop.hub} (" in clear.output
    await invite(shop.claire, guest)
    invited = await orion("explain", "user", guest)
    assert f"nobody signs in as {guest}" in invited.output
    assert "The invitation is open: the link of the newest email works." in invited.output
    assert f"has invited    {guest} to {shop.code}" in (await orion("explain", "user", shop.emails["claire"])).output
    unknown = await orion("explain", "user", "nobody@x.example")
    assert "no invitation to it is open" in unknown.output


@pytest.mark.parametrize(("attempts", "state"), [(3, "locked"), (10, "disabled")])
async def test_a_pin_that_opens_nothing_is_said_with_the_way_out(
    orion: Orion, shop: Shop, attempts: int, state: str
) -> None:
    await shop.give_pin("anna", "2468")
    locked_until = clock.now() + timedelta(minutes=5) if attempts < WRONG_MAX else None
    await shop.change(StaffPin, wrong_in_a_row=attempts, locked_until=locked_until)
    story = msgspec.json.decode((await orion("explain", "user", shop.emails["anna"], "--json")).output)
    assert story["account"]["places"][0]["pin"] == state
    assert "/till/pins" in story["next"][0]
