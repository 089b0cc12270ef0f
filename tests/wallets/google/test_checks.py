"""The check of Google Wallet: one sentence per step, with advice when it fails."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.auth import _helpers as google_helpers
from msgspec.structs import replace
from redis.asyncio import Redis

from backend.core.clock import clock
from backend.core.settings import Settings
from backend.dev.sandbox.google import oauth
from backend.wallets.google.account import Account
from backend.wallets.google.checks import STEPS, check_google
from backend.wallets.google.client import GoogleClient, open_client
from backend.wallets.ports import CheckStep, Misconfigured
from i18n.translator import get_translator
from tests.doubles.google import Google
from tests.doubles.serving import serving
from tests.wallets.google.conftest import CLASS

Check = Callable[..., Awaitable[dict[str, CheckStep]]]


@pytest.fixture
def check(plain_settings: Settings, redis: Redis) -> Check:
    async def steps(*, resumes: bool = False, **values: Any) -> dict[str, CheckStep]:
        found = await check_google(replace(plain_settings, **values), redis, clock.now(), resumes=resumes)
        for step in found:
            assert step.text("en")
            get_translator("en").gettext(step.remedy, **step.facts)
        return {step.name: step for step in found}

    return steps


def outcomes(steps: dict[str, CheckStep]) -> str:
    letters = {"ok": "O", "warning": "W", "failed": "F", "skipped": "-"}
    assert tuple(steps) == STEPS
    return "".join(letters[step.outcome] for step in steps.values())


@pytest.fixture
async def logo() -> AsyncIterator[str]:
    """A server of pictures."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive
        found = {"/logo.png": (200, b"image/png"), "/page": (200, b"text/html; charset=utf-8")}
        status, kind = found.get(scope["path"], (404, b"text/plain"))
        headers = [(b"content-type", kind), (b"content-length", b"1")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"x"})

    async with serving(app) as url:
        yield url


async def test_everything_works(check: Check, client: GoogleClient, logo: str) -> None:
    await client.insert("loyaltyClass", CLASS)
    steps = await check(default_logo_url=f"{logo}/logo.png")
    assert outcomes(steps) == "OOOOOOO"


async def test_nothing_configured_has_no_steps(redis: Redis) -> None:
    assert await check_google(Settings(), redis, clock.now()) == []


async def test_a_new_installation_has_no_program_yet(check: Check) -> None:
    steps = await check()
    assert outcomes(steps) == "OOOOOO-"
    assert "No program" in steps["class"].sentence


async def test_a_missing_file_ends_it_at_once(check: Check, tmp_path: Path) -> None:
    steps = await check(google_wallet_service_account_file=str(tmp_path / "gone.json"))
    assert outcomes(steps) == "F----O-"
    assert "gone.json" in str(steps["file_readable"].facts["reason"])
    assert steps["file_readable"].remedy


async def test_a_broken_key_is_told_from_a_missing_file(check: Check, tmp_path: Path) -> None:
    path = tmp_path / "50%.json"
    path.write_text("no json", "utf-8")
    assert outcomes(await check(google_wallet_service_account_file=str(path))) == "OF---O-"


@pytest.fixture
def open_file(account_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "key.json"
    path.write_bytes(account_file.read_bytes())
    path.chmod(0o644)
    return path


async def test_a_file_open_to_others_and_an_old_key_are_warnings(check: Check, open_file: Path) -> None:
    path = open_file
    then = (clock.now() - timedelta(days=90)).timestamp()
    os.utime(path, (then, then))
    steps = await check(google_wallet_service_account_file=str(path))
    assert outcomes(steps) == "WWOOOO-"
    assert steps["key_parses"].facts["days"] == 90
    os.utime(path, (then + 86400, then + 86400))
    assert outcomes(await check(google_wallet_service_account_file=str(path))) == "WOOOOO-"


async def test_an_account_that_google_does_not_know(check: Check, google: Google) -> None:
    google.fake.tokens.known.clear()
    steps = await check()
    assert outcomes(steps) == "OOF--O-"
    assert "invalid_grant" in str(steps["token"].facts["reason"])


GRANTS = {
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.": "NTP",
    "Invalid JWT Signature.": "make a new key",
    "Invalid grant: account not found": "Make a new service account",
    "The service account is disabled.": "Enable it in Google’s console",
    "Something quite new.": "Download a new key",
}


@pytest.mark.parametrize("description", GRANTS)
async def test_what_google_says_of_the_account_decides_the_advice(
    check: Check, google: Google, description: str
) -> None:
    google.fake.faults.token_refusal = ("invalid_grant", description)
    steps = await check()
    assert outcomes(steps) == "OOF--O-"
    assert GRANTS[description] in steps["token"].remedy
    assert steps["token"].facts["reason"] == f"invalid_grant: {description}"


async def test_a_clock_that_is_wrong_is_not_taken_for_a_wrong_key(
    check: Check, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A valid signature that is two hours old, which the double refuses like Google."""
    issue, later = google.fake.tokens.issue, datetime.now(UTC) + timedelta(hours=2)

    def issue_later(form: bytes) -> Any:
        with monkeypatch.context() as at_google:
            at_google.setattr(google_helpers, "utcnow", lambda: later.replace(tzinfo=None))
            at_google.setattr(oauth, "time", SimpleNamespace(time=later.timestamp))
            return issue(form)

    monkeypatch.setattr(google.fake.tokens, "issue", issue_later)
    steps = await check()
    assert "NTP" in steps["token"].remedy
    assert "reasonable timeframe" in str(steps["token"].facts["reason"])


REFUSALS = {
    "accessNotConfigured": (403, "Google Wallet API has not been used in project 42 before.", "APIs & Services"),
    "SERVICE_DISABLED": (403, "Google Wallet API is disabled.", "APIs & Services"),
    "BILLING_DISABLED": (403, "This API method requires billing to be enabled.", "Billing"),
    "insufficientPermissions": (403, "Request had insufficient authentication scopes.", "scopes"),
    "dailyLimitExceeded": (403, "Daily Limit Exceeded", "Quotas"),
    "permissionDenied": (403, "Permission denied.", "under Users"),
    "badRequest": (400, "Invalid issuer ID.", "Compare ORION_GOOGLE_WALLET_ISSUER_ID"),
    "gone": (410, "This API version is gone.", "ask Google"),
}


@pytest.mark.parametrize("reason", REFUSALS)
async def test_what_google_says_of_the_project_decides_the_advice(check: Check, google: Google, reason: str) -> None:
    status, words, cure = REFUSALS[reason]
    google.fake.faults.refuses = (status, reason, words)
    steps = await check()
    assert outcomes(steps) == "OOOF-O-"
    assert cure in steps["issuer"].remedy
    assert steps["issuer"].facts["reason"] == words


async def test_a_page_of_a_proxy_is_nobody_at_home(check: Check, google: Google) -> None:
    google.fake.faults.token_endpoint_is_a_page = True
    steps = await check()
    assert outcomes(steps) == "OOF--O-"
    assert "does not answer" in steps["token"].sentence


async def test_a_token_endpoint_that_is_away(check: Check, google: Google) -> None:
    google.fake.faults.token_endpoint_is_out = True
    assert outcomes(await check()) == "OOF--O-"


async def test_an_account_that_is_no_user_of_the_issuer(check: Check, google: Google) -> None:
    google.fake.faults.is_forbidden = True
    steps = await check()
    assert outcomes(steps) == "OOOF-O-"
    assert "Users" in steps["issuer"].remedy


async def test_an_issuer_that_does_not_exist(check: Check) -> None:
    steps = await check(google_wallet_issuer_id="42")
    assert outcomes(steps) == "OOOF-O-"
    assert "knows no issuer" in steps["issuer"].sentence


async def test_an_outage_is_not_our_fault(check: Check, google: Google) -> None:
    google.fake.faults.is_out = True
    steps = await check()
    assert outcomes(steps) == "OOOF-O-"
    assert "does not answer" in steps["issuer"].sentence


async def test_a_rejected_program_is_named(check: Check, client: GoogleClient, google: Google) -> None:
    google.fake.passes.rejected_names.add("Fashion Card")
    await client.insert("loyaltyClass", CLASS)
    steps = await check()
    assert outcomes(steps) == "OOOOFO-"
    assert steps["class"].facts == {"name": "Fashion Card"}


@pytest.mark.parametrize("path", ["/page", "/gone.png"])
async def test_a_logo_that_is_no_picture(check: Check, logo: str, path: str) -> None:
    assert outcomes(await check(default_logo_url=logo + path)) == "OOOOOOF"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/logo.png", "not an address"])
async def test_a_logo_that_nobody_serves(check: Check, url: str) -> None:
    assert outcomes(await check(default_logo_url=url)) == "OOOOOOF"


async def test_the_logo_is_looked_at_after_every_other_failure(check: Check, logo: str, tmp_path: Path) -> None:
    steps = await check(
        google_wallet_service_account_file=str(tmp_path / "gone.json"), default_logo_url=f"{logo}/logo.png"
    )
    assert outcomes(steps) == "F----OO"


async def test_pictures_that_google_could_not_fetch_are_found_although_all_else_works(check: Check) -> None:
    """With everything else right, nobody could save a card."""
    for told in ({"environment": "production"}, {"google_wallet_api_url": "https://google.invalid"}):
        steps = await check(backend_url="http://backend:8000", **told)
        assert steps["public_address"].outcome == "failed"
        assert steps["public_address"].facts == {"address": "http://backend:8000"}
    assert (await check(backend_public_url="https://api.cards.example"))["public_address"].outcome == "ok"


async def test_an_operator_lifts_a_stop_when_google_takes_us_and_a_look_changes_nothing(
    check: Check, google: Google, plain_settings: Settings, account: Account, redis: Redis
) -> None:
    async with open_client(plain_settings, account, redis) as client:
        await client.insert("loyaltyClass", CLASS)
        google.fake.faults.is_forbidden = True
        with pytest.raises(Misconfigured):
            await client.get("loyaltyClass", CLASS["id"])
        await check(resumes=True)
        google.fake.faults.is_forbidden = False
        assert outcomes(await check()) == "OOOOOO-"
        with pytest.raises(Misconfigured):
            await client.get("loyaltyClass", CLASS["id"])
        await check(resumes=True)
        await client.get("loyaltyClass", CLASS["id"])


async def test_looks_while_google_is_away_open_no_breaker(check: Check, google: Google, client: GoogleClient) -> None:
    google.fake.faults.is_out = True
    for _ in range(6):
        await check()
    assert (await client.pace.breaker.state()).failure_count == 0
