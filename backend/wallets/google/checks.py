"""Checks Google Wallet step by step. Each step has a sentence, and what to do when it has failed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import httpx
from redis.asyncio import Redis

from backend.core.outbound.calls import CallFailed, send_request
from backend.core.settings import Settings
from backend.wallets.google.account import (
    FILE_READABLE,
    KEY_AGE_MAX,
    KEY_PARSES,
    Account,
    AccountError,
    has_public_address,
    is_configured,
    read_account,
)
from backend.wallets.google.auth import Tokens
from backend.wallets.google.client import GoogleClient, open_client
from backend.wallets.google.reasons import ADVICE, REFUSED
from backend.wallets.google.responses import Missing
from backend.wallets.ports import CheckStep, Misconfigured, Permanent, Transient
from i18n.translator import N_, NN_

TOKEN, ISSUER, CLASS, ADDRESS, LOGO = "token", "issuer", "class", "public_address", "logo"
STEPS = (FILE_READABLE, KEY_PARSES, TOKEN, ISSUER, CLASS, ADDRESS, LOGO)
LOGO_SECONDS = 5
LOGO_TYPES = ("image/png", "image/jpeg")

NOT_REACHED = N_("Not tried, because an earlier step failed.")
FAULT = "%(reason)s"
FILE_OK = N_("The key file of the service account can be read.")
FILE_OPEN = N_("The key file can be read by other users of the machine.")
CLOSE_FILE = N_("Run `chmod 600` on the key file.")
AGAIN = N_("Download a new key in Google’s console, replace the file and restart.")
NAME_FILE = N_("Correct the setting or the file, then restart.")
KEY_OK = NN_(
    "The key of %(email)s is usable; its file is %(days)s day old.",
    "The key of %(email)s is usable; its file is %(days)s days old.",
)
KEY_OLD = NN_(
    "The key of %(email)s is %(days)s day old, going by its file; Google advises to replace keys after 90 days.",
    "The key of %(email)s is %(days)s days old, going by its file; Google advises to replace keys after 90 days.",
)
TOKEN_OK = N_("Google gives us a token.")
ISSUER_OK = N_("Issuer %(issuer)s accepts our service account.")
ISSUER_UNKNOWN = N_("Google knows no issuer %(issuer)s.")
NAME_ISSUER = N_("Copy the issuer ID from the Google Pay & Wallet Console.")
AWAY = N_("Google does not answer (%(reason)s).")
LATER = N_("Try again in a few minutes; passes are updated once Google answers again.")
NO_CLASS = N_("No program is at Google yet; the first card makes one.")
CLASS_OK = N_("Google shows the programs that it has been given.")
CLASS_REJECTED = N_("Google has rejected a program: %(name)s.")
MEND_CLASS = N_("Correct the program’s name, logo or texts; saving it asks Google again.")
REACHED = N_("Google reaches us under %(address)s.")
NOT_REACHABLE = N_("Google would be sent to %(address)s, and it fetches the pictures of a pass over https only.")
MEND_ADDRESS = N_("Set ORION_BACKEND_PUBLIC_URL to the public address of the API, beginning with https://.")
LOGO_OK = N_("The default logo can be fetched.")
LOGO_NONE = N_("No default logo is set; programs without a logo get ours.")
LOGO_BAD = N_("The default logo cannot be fetched as a PNG or JPEG (%(reason)s).")
MEND_LOGO = N_("Without it nobody can save a card: set a public https address of a PNG or JPEG.")


async def check_google(settings: Settings, redis: Redis, now: datetime, *, resumes: bool = False) -> list[CheckStep]:
    """Every step in order; none when nothing is configured. Reads the file anew, as a restart would.

    `resumes`: ends a stop when Google accepts us. Otherwise the check changes nothing.
    """
    if not is_configured(settings):
        return []
    steps = {step.name: step async for step in _account_steps(settings, redis, now, resumes=resumes)}
    steps |= {ADDRESS: _address(settings), LOGO: await _logo(settings)}
    return [steps.get(name) or CheckStep(name, "skipped", NOT_REACHED) for name in STEPS]


async def _account_steps(settings: Settings, redis: Redis, now: datetime, *, resumes: bool) -> AsyncIterator[CheckStep]:
    """Ends after the first step that fails."""
    try:
        account = await asyncio.to_thread(read_account, settings)
    except AccountError as error:
        if error.step == KEY_PARSES:
            yield CheckStep(FILE_READABLE, "ok", FILE_OK)
        yield account_fault(error)
        return
    assert account is not None, "it is configured"
    yield _file(account)
    yield _key(account, now)
    async with open_client(settings, account, redis) as client:
        async for step in _google_steps(client, account, resumes=resumes):
            yield step
            if step.outcome == "failed":
                return


async def _google_steps(client: GoogleClient, account: Account, *, resumes: bool) -> AsyncIterator[CheckStep]:
    yield await _token(account)
    issuer = await _issuer(client, account)
    if issuer.outcome == "ok" and resumes:
        await client.pace.breaker.resume()
    yield issuer
    yield await _class(client, account)


def account_fault(error: AccountError) -> CheckStep:
    """The step at which the key file could not be used."""
    remedy = AGAIN if error.step == KEY_PARSES else NAME_FILE
    return CheckStep(error.step, "failed", FAULT, remedy, {"reason": str(error)})


def _file(account: Account) -> CheckStep:
    if account.readable_by_others:
        return CheckStep(FILE_READABLE, "warning", FILE_OPEN, CLOSE_FILE)
    return CheckStep(FILE_READABLE, "ok", FILE_OK)


def _key(account: Account, now: datetime) -> CheckStep:
    days = account.key_age_days(now)
    facts: dict[str, str | int] = {"email": account.email, "days": days}
    if days >= KEY_AGE_MAX.days:
        return CheckStep(KEY_PARSES, "warning", KEY_OLD, AGAIN, facts)
    return CheckStep(KEY_PARSES, "ok", KEY_OK, "", facts)


async def _token(account: Account) -> CheckStep:
    try:
        await Tokens(account).renew(account.credentials.token)
    except Misconfigured as error:
        return _refused(TOKEN, error)
    except Transient as error:
        return _unavailable(TOKEN, error)
    return CheckStep(TOKEN, "ok", TOKEN_OK)


async def _issuer(client: GoogleClient, account: Account) -> CheckStep:
    facts: dict[str, str | int] = {"issuer": account.issuer_id, "email": account.email}
    try:
        await client.get_issuer(account.issuer_id)
    except Missing:
        return CheckStep(ISSUER, "failed", ISSUER_UNKNOWN, NAME_ISSUER, facts)
    except (Misconfigured, Permanent) as error:
        return _refused(ISSUER, error)
    except Transient as error:
        return _unavailable(ISSUER, error)
    return CheckStep(ISSUER, "ok", ISSUER_OK, "", facts)


async def _class(client: GoogleClient, account: Account) -> CheckStep:
    try:
        pages = client.pages("loyaltyClass", is_check=True, issuerId=account.issuer_id)
        classes = [resource async for page in pages for resource in page]
    except Transient as error:
        return _unavailable(CLASS, error)
    except (Misconfigured, Permanent) as error:
        return _refused(CLASS, error)
    for resource in classes:
        if resource.get("reviewStatus") == "REJECTED":
            return CheckStep(CLASS, "failed", CLASS_REJECTED, MEND_CLASS, {"name": str(resource.get("programName"))})
    return CheckStep(CLASS, "ok", CLASS_OK if classes else NO_CLASS)


def _address(settings: Settings) -> CheckStep:
    facts: dict[str, str | int] = {"address": settings.api_url}
    if not has_public_address(settings):
        return CheckStep(ADDRESS, "failed", NOT_REACHABLE, MEND_ADDRESS, facts)
    return CheckStep(ADDRESS, "ok", REACHED, "", facts)


async def _logo(settings: Settings) -> CheckStep:
    """Google fetches the logo itself. An address that only we can reach passes this check, but does not work."""
    if not settings.default_logo_url:
        return CheckStep(LOGO, "skipped", LOGO_NONE)
    try:
        async with httpx.AsyncClient(timeout=LOGO_SECONDS, trust_env=False) as http:
            response = await send_request(http, "GET", settings.default_logo_url, seconds=LOGO_SECONDS)
    except CallFailed as failure:
        return CheckStep(LOGO, "failed", LOGO_BAD, MEND_LOGO, {"reason": failure.reason})
    media_type = response.headers.get("content-type", "").split(";")[0]
    if response.is_success and media_type in LOGO_TYPES:
        return CheckStep(LOGO, "ok", LOGO_OK)
    return CheckStep(LOGO, "failed", LOGO_BAD, MEND_LOGO, {"reason": f"{response.status} {media_type}"})


def _refused(step: str, error: Misconfigured | Permanent) -> CheckStep:
    """With Google's own reason, and what to do about it."""
    advice = ADVICE.get(error.code, ADVICE[REFUSED])
    return CheckStep(step, "failed", advice.sentence, advice.remedy, {"reason": error.detail})


def _unavailable(step: str, error: Transient) -> CheckStep:
    return CheckStep(step, "failed", AWAY, LATER, {"reason": error.detail})
