"""A person's own account: password, second factors, sessions, PIN."""

import json
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.identity.factors.schemas import (
    AuthenticatorOffer,
    FactorAdded,
    PasskeyStep,
    PasskeyView,
    RecoveryCodes,
    SecondFactors,
)
from backend.identity.schemas import SessionView, StoreAccess
from backend.identity.sessions.schemas import OwnSessionList, OwnSessionView
from tests.frontend.canned import ID, MOMENT, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, refused, signed_in
from tests.frontend.staff_browser import Browser

SESSIONS = OwnSessionList(
    [
        OwnSessionView(UUID(int=1), "Firefox", "Windows", MOMENT, MOMENT, True),
        OwnSessionView(UUID(int=2), None, None, MOMENT, MOMENT, False),
    ]
)
NONE = SecondFactors(False, [], 0, is_required=False, is_confirmed=True)
BOTH = SecondFactors(True, [PasskeyView(ID, "Office <laptop>", MOMENT, None)], 3, is_required=False, is_confirmed=True)
OFFER = AuthenticatorOffer("ABCDEFGHIJKLMNOP", "otpauth://totp/Orion:a?secret=ABCDEFGHIJKLMNOP", "sealed")


def renewed(*stores: StoreAccess, lacks: bool = False) -> SessionView:
    view = signed_in(*stores)
    view.user.lacks_second_factor = lacks
    return SessionView("newer-token", view.expires_at, view.user)


@pytest.fixture(autouse=True)
def _canned(backend: StaffBackend) -> None:
    backend.answers |= {
        "GET /auth/me/sessions": found(SESSIONS),
        "GET /auth/me/second-factors": found(NONE),
        "POST /auth/me/confirmation": found(renewed()),
    }


async def test_the_profile_shows_factors_and_sessions(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /auth/me/second-factors"] = found(BOTH)
    assert (await anna.open("/profile")).status_code == 200
    assert "Firefox · Windows" in anna.text
    assert "Unknown browser" in anna.text
    assert "Office &lt;laptop&gt;" in anna.page
    assert "3 codes are left." in anna.text
    assert anna.page.count('action="/profile/sessions/00000000-0000-0000-0000-000000000002/end"') == 1
    assert 'action="/profile/sessions/00000000-0000-0000-0000-000000000001/end"' not in anna.page


@pytest.mark.parametrize("path", ["/profile", "/profile/password", "/profile/confirm", "/profile/pin"])
async def test_without_a_session_the_profile_asks_to_sign_in(browser: Browser, path: str) -> None:
    assert (await browser.open(path)).headers["location"] == f"/sign-in?next={path}"


async def test_a_locked_till_shows_nobodys_profile(anna: Browser) -> None:
    await anna.send("/till/lock", htmx=True)
    for path in ("/profile", "/profile/password", "/profile/passkeys", "/profile/authenticator"):
        assert (await anna.open(path)).status_code == 423
    assert (await anna.open("/profile/pin")).status_code == 200


async def test_a_change_asks_for_the_password_first_and_goes_on_where_it_was(
    anna: Browser, backend: StaffBackend
) -> None:
    backend.answers["POST /auth/me/authenticator"] = refused(403, "confirmation_required")
    answer = await anna.open("/profile/authenticator")
    assert answer.headers["location"] == "/profile/confirm?next=/profile/authenticator"
    await anna.open(answer.headers["location"])
    assert 'name="code"' not in anna.page
    answer = await anna.submit("/profile/confirm", password="orion-demo-2026")
    assert answer.headers["location"] == "/profile/authenticator"
    sent = backend.body("/confirmation")
    assert {name: value for name, value in sent.items() if value} == {"password": "orion-demo-2026"}


async def test_a_confirmation_leads_nowhere_else(anna: Browser) -> None:
    await anna.open("/profile/confirm?next=https://evil.example")
    answer = await anna.submit("/profile/confirm", password="orion-demo-2026")
    assert answer.headers["location"] == "/profile"


async def test_a_person_who_has_a_second_factor_is_asked_for_it_too(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /auth/me/second-factors"] = found(BOTH)
    await anna.open("/profile/confirm")
    assert (await anna.submit("/profile/confirm", password="x", code="")).status_code == 422
    assert anna.says("code") == "Enter a code."
    backend.answers["POST /auth/me/confirmation"] = refused(403, "second_factor_refused")
    await anna.submit("/profile/confirm", password="x", code="123456")
    assert "Sentence of second_factor_refused." in anna.says("code")
    assert backend.body("/confirmation")["totp"] == "123456"
    backend.answers["POST /auth/me/confirmation"] = refused(403, "password_wrong")
    await anna.submit("/profile/confirm", password="x", code="123456")
    assert "Sentence of password_wrong." in anna.says("password")
    assert 'value="x"' not in anna.page


async def test_an_authenticator_app_is_set_up_and_its_recovery_codes_are_shown_once(
    anna: Browser, backend: StaffBackend
) -> None:
    backend.answers["POST /auth/me/authenticator"] = found(OFFER, 201)
    await anna.open("/profile/authenticator")
    assert 'class="qr"' in anna.page
    backend.answers["PUT /auth/me/authenticator"] = refused(403, "second_factor_refused")
    await anna.submit("/profile/authenticator", code="123456")
    assert "check the clock of the phone" in anna.says("code")
    assert "ABCD EFGH IJKL MNOP" in anna.text
    assert (await anna.submit("/profile/authenticator", code="12")).status_code == 422
    backend.answers["PUT /auth/me/authenticator"] = found(FactorAdded(renewed(), ["AAAA-BBBB"]))
    await anna.submit("/profile/authenticator", code="123 456")
    assert json.loads(backend.asked[-1].content) == {"enrollment": "sealed", "code": "123456"}
    assert "AAAA-BBBB" in anna.text
    await anna.open("/profile")
    assert backend.asked[-1].headers["authorization"] == "Bearer newer-token"


async def test_a_new_token_keeps_the_store(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["PUT /auth/me/password"] = found(renewed(ANNA_AT_THE_HUB, OUTLET))
    await anna.open("/profile/password")
    cookie = anna.client.cookies["session"]
    answer = await anna.submit("/profile/password", password="kettle orbit walnut fjord")
    assert answer.headers["location"] == "/profile?done=password"
    assert anna.client.cookies["session"] != cookie
    assert (await anna.open("/till")).status_code == 200
    assert backend.asked[-1].headers["x-store-code"] == "FASHIONHUB"


@pytest.mark.parametrize("code", ["password_too_short", "password_weak", "password_too_long"])
async def test_a_refused_password_says_why_beside_the_field(anna: Browser, backend: StaffBackend, code: str) -> None:
    backend.answers["PUT /auth/me/password"] = refused(422, code)
    await anna.open("/profile/password")
    assert "At least 15 characters" in anna.text
    assert (await anna.submit("/profile/password", password="hunter2")).status_code == 422
    assert f"Sentence of {code}." in anna.says("password")
    assert "hunter2" not in anna.page


async def test_a_passkey_is_made_named_and_removed(anna: Browser, backend: StaffBackend) -> None:
    backend.answers |= {
        "POST /auth/me/passkeys/options": found(PasskeyStep("s", {"challenge": "c"}), 201),
        "POST /auth/me/passkeys": found(FactorAdded(renewed(), []), 201),
        "PATCH /auth/me/passkeys/*": httpx.Response(204),
        "DELETE /auth/me/passkeys/*": httpx.Response(204),
    }
    await anna.open("/profile/passkeys")
    token = {"X-CSRF-Token": anna.hidden("_csrf_token")}
    assert (await anna.client.post("/profile/passkeys/options", headers=token)).json()["step"] == "s"
    assert (await anna.send("/profile/passkeys", step="s", passkey="{}", name=" ")).status_code == 422
    answer = await anna.send("/profile/passkeys", step="s", passkey='{"rawId": "x"}', name="Phone")
    assert answer.headers["location"] == "/profile"
    assert backend.body("/passkeys") == {"step": "s", "credential": {"rawId": "x"}, "name": "Phone"}
    await anna.open("/profile")
    for what in ("name", "remove"):
        answer = await anna.send(f"/profile/passkeys/{ID}/{what}", name="Old phone")
        assert answer.headers["location"].startswith("/profile?done=passkey-")
    backend.answers["DELETE /auth/me/passkeys/*"] = refused(409, "last_second_factor")
    assert (await anna.send(f"/profile/passkeys/{ID}/remove")).status_code == 409
    assert "Sentence of last_second_factor." in anna.text


async def test_sessions_and_codes_change_by_one_button_each(anna: Browser, backend: StaffBackend) -> None:
    backend.answers |= {
        "DELETE /auth/me/sessions/*": httpx.Response(204),
        "DELETE /auth/me/sessions": httpx.Response(204),
        "DELETE /auth/me/authenticator": httpx.Response(204),
        "POST /auth/me/recovery-codes": found(RecoveryCodes(["CCCC-DDDD"]), 201),
    }
    for path, done in (
        (f"/profile/sessions/{UUID(int=2)}/end", "session"),
        ("/profile/sessions/end", "sessions"),
        ("/profile/authenticator/remove", "authenticator-removed"),
    ):
        assert (await anna.send(path)).headers["location"] == f"/profile?done={done}"
        await anna.open(f"/profile?done={done}")
        assert 'role="status"' in anna.page
    await anna.send("/profile/recovery-codes")
    assert "CCCC-DDDD" in anna.text
    await anna.open("/profile?done=<script>")
    assert "<script>" not in anna.page.partition("<main")[2]


async def test_the_pin_is_set_after_a_confirmation(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["PUT /auth/me/pin"] = refused(403, "confirmation_required")
    await anna.open("/profile/pin")
    answer = await anna.submit("/profile/pin", pin="2468")
    assert answer.headers["location"] == "/profile/confirm?next=/profile/pin"
    backend.answers["PUT /auth/me/pin"] = httpx.Response(204)
    await anna.open("/profile/pin")
    assert (await anna.submit("/profile/pin", pin="12")).status_code == 422
    assert anna.says("pin") == "A PIN has 4 to 8 digits."
    await anna.submit("/profile/pin", pin="2468")
    assert json.loads(backend.asked[-1].content) == {"pin": "2468"}
    assert "Your PIN is set." in anna.text


async def test_a_person_who_must_set_up_a_second_factor_is_led_there_from_everywhere(
    browser: Browser, backend: StaffBackend
) -> None:
    answer = signed_in()
    answer.user.role, answer.user.lacks_second_factor, answer.user.merchant, answer.user.stores = (
        "super_admin",
        True,
        None,
        [],
    )
    backend.answers["POST /auth/sign-in"] = found(answer, 201)
    backend.answers["GET /auth/me/second-factors"] = found(
        SecondFactors(False, [], 0, is_required=True, is_confirmed=False)
    )
    assert (await browser.sign_in(next="/admin/settings")).headers["location"] == "/profile"
    for path in ("/", "/admin", "/admin/settings"):
        assert (await browser.open(path)).headers["location"] == "/profile"
    await browser.open("/profile")
    assert "Set one up to continue" in browser.text
    assert 'href="/profile/password"' not in browser.page
    backend.answers["GET /auth/me/second-factors"] = refused(403, "second_factor_missing")
    assert (await browser.open("/profile")).headers["location"] == "/profile"


async def test_a_backend_that_is_away_leaves_the_form(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["PUT /auth/me/password"] = httpx.ConnectError("away")
    await anna.open("/profile/password")
    assert (await anna.submit("/profile/password", password="kettle orbit walnut")).status_code == 503
    assert "The server does not answer." in anna.text


@pytest.mark.parametrize("path", ["/profile/password", "/profile/pin", "/profile/passkeys"])
async def test_the_confirmation_comes_before_the_form_so_that_nothing_is_typed_twice(
    anna: Browser, backend: StaffBackend, path: str
) -> None:
    backend.answers["GET /auth/me/second-factors"] = found(msgspec.structs.replace(NONE, is_confirmed=False))
    assert (await anna.open(path)).headers["location"] == f"/profile/confirm?next={path}"
    backend.answers["GET /auth/me/second-factors"] = found(NONE)
    assert (await anna.open(path)).status_code == 200
