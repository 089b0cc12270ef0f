"""A link by email for who has forgotten the password."""

from datetime import UTC, datetime

import httpx
import pytest

from backend.identity.passwords.schemas import PasswordResetLink
from tests.frontend.canned import found
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import Browser

LINK = PasswordResetLink("anna@fashion.example", 12, datetime(2026, 11, 30, tzinfo=UTC))


async def test_the_page_says_the_same_to_everybody(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/password-resets"] = httpx.Response(202)
    await browser.open("/sign-in")
    assert 'href="/forgotten"' in browser.page
    await browser.open("/forgotten")
    assert (await browser.submit("/forgotten", email="anna@fashion.example")).status_code == 200
    assert "If this address belongs to an account" in browser.text
    assert "anna@fashion.example" not in browser.text
    assert backend.body("/password-resets") == {"email": "anna@fashion.example"}


@pytest.mark.parametrize("email", ["", "x" * 255])
async def test_what_is_no_address_never_reaches_the_backend(
    browser: Browser, backend: StaffBackend, email: str
) -> None:
    await browser.open("/forgotten")
    assert (await browser.submit("/forgotten", email=email)).status_code == 422
    assert browser.says("email") == "Enter your email address."
    assert not backend.posts("/password-resets")


async def test_a_new_password_is_chosen_with_the_link(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /auth/password-resets/*"] = found(LINK)
    await browser.open("/reset/token-of-anna")
    assert "At least 12 characters" in browser.text
    backend.answers["POST /auth/password-resets/*"] = refused(422, "password_weak")
    await browser.submit("/reset/token-of-anna", password="password1234")
    assert "Sentence of password_weak." in browser.says("password")
    backend.answers["POST /auth/password-resets/*"] = httpx.Response(204)
    assert (await browser.submit("/reset/token-of-anna", password="kettle orbit walnut")).status_code == 200
    assert 'href="/sign-in"' in browser.page
    assert backend.asked[-1].url.path.endswith("/token-of-anna")


async def test_an_ended_link_leads_to_a_new_one(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /auth/password-resets/*"] = refused(410, "reset_link_ended")
    assert (await browser.open("/reset/old")).status_code == 410
    assert "Sentence of reset_link_ended." in browser.text
    assert 'href="/forgotten"' in browser.page


async def test_choosing_a_password_ends_the_session_of_this_browser(anna: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /auth/password-resets/*"] = found(LINK)
    backend.answers["POST /auth/password-resets/*"] = httpx.Response(204)
    await anna.open("/reset/token-of-anna")
    await anna.submit("/reset/token-of-anna", password="kettle orbit walnut")
    assert (await anna.open("/profile")).headers["location"].startswith("/sign-in")
