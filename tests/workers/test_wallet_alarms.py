"""Emails to super admins about certificates and keys: one per threshold, sent by the running worker."""

import asyncio
import dataclasses
import os
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography import x509
from msgspec.structs import replace

from backend.core.clock import clock
from backend.core.settings import Settings
from backend.dev.sandbox.apple.pki import ApplePki, rsa_key
from backend.dev.sandbox.google.account import ISSUER_ID, write_account
from backend.operations.wallets.alarm_mails import RUNBOOK, SECTIONS, TEXTS
from backend.services import Services
from tests.doubles.smtp import PostOffice, text_of
from tests.world import ADA
from workers.jobs.mail import send_queued_mails
from workers.jobs.wallets import check_wallet_certificates

PROJECT = Path(__file__).parents[2]
DAYS_LEFT = (75, 61, 60, 59, 45, 31, 30, 29, 20, 15, 14, 13, 10, 8, 7, 6, 3, 1, 0, -1, -2, -4)
"""Each threshold with the days around it, and some between."""
OTTO = """
    INSERT INTO users
      (id, platform_role, email, email_norm, name, language, password_hash, is_active, created_at)
    VALUES
"""


@pytest.fixture(scope="module")
def pki() -> ApplePki:
    return ApplePki.make()


@pytest.fixture
def folder(tmp_path: Path, pki: ApplePki) -> Path:
    """A certificate that ends in 75 days."""
    return pki.write(tmp_path / "apple", certificate(pki, days=75))


def certificate(pki: ApplePki, days: int) -> x509.Certificate:
    """Valid for so many days, and an hour for what the test does besides."""
    hour = timedelta(hours=1)
    return pki.wwdr.pass_certificate(pki.key, begins=datetime.now(UTC) - hour, life=timedelta(days=days) + 2 * hour)


def with_settings(working: dict[str, Services], **told: str) -> dict[str, Any]:
    services = working["services"]
    return {"services": dataclasses.replace(services, settings=replace(services.settings, **told))}


@pytest.fixture
def context(working: dict[str, Services], folder: Path) -> dict[str, Any]:
    """A worker's with Apple Wallet."""
    return with_settings(working, apple_wallet_dir=str(folder), backend_public_url="https://orion.test")


async def check(context: dict[str, Any], post_office: PostOffice) -> list[EmailMessage]:
    """The daily run, and the mails that it has sent."""
    before = len(post_office.mails)
    await check_wallet_certificates(context)
    await send_queued_mails(context)
    return post_office.mails[before:]


def words_of(mail: EmailMessage) -> str:
    return " ".join(text_of(mail).split())


async def test_every_threshold_is_one_mail_and_the_days_between_are_silent(
    context: dict[str, Any], post_office: PostOffice
) -> None:
    told: dict[int, str] = {}
    ends = (clock.now() + timedelta(days=75, hours=1)).date()
    for left, later in pairwise([*DAYS_LEFT, -5]):
        for mail in await check(context, post_office):
            assert mail["To"] == ADA.email
            told[left] = mail["Subject"]
        clock.move(timedelta(days=left - later))
    assert list(told) == [60, 30, 14, 7, -1]
    assert len({told[days] for days in (60, 30, 14, 7)}) == 1, "each names the same day"
    assert f"{ends.day} " in told[60]
    assert str(ends.year) in told[60]


async def test_the_mail_says_what_ends_when_what_breaks_and_what_to_do(
    context: dict[str, Any], post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    await speak(superuser, "en")
    ends = (clock.now() + timedelta(days=75, hours=1)).date()
    clock.move(timedelta(days=45))
    (mail,) = await check(context, post_office)
    assert mail["Subject"].startswith("Orion: Apple’s certificate for passes expires on ")
    text = words_of(mail)
    assert f"Hello {ADA.name}," in text
    assert re.search(
        rf"The certificate in signer\.pem, .* expires on {ends.day} {ends:%B} {ends.year}: 30 days are left\.", text
    )
    assert "passes on iPhones stop updating" in text
    assert "1. Replace the files. 2. Restart the backend and the worker." in text
    assert f"in {RUNBOOK} under “Replace Apple's certificate”" in text
    assert "Current wallet status http://orion.test/admin/wallets" in text


async def speak(superuser: asyncpg.Connection, language: str | None) -> None:
    await superuser.execute("UPDATE users SET language = $1 WHERE email = $2", language, ADA.email)


@pytest.fixture(autouse=True)
async def nobody_else(superuser: asyncpg.Connection) -> Any:
    yield
    await speak(superuser, None)
    await superuser.execute("DELETE FROM users WHERE email LIKE '%@alarms.example'")


async def test_each_super_admin_reads_it_in_their_own_language_and_nobody_else_does(
    context: dict[str, Any], post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    for name, role, language, is_active in (
        ("Otto", "super_admin", "de", True),
        ("Gone", "super_admin", "de", False),
        ("Paul", "platform_admin", "en", True),
    ):
        await superuser.execute(
            f"{OTTO} (gen_random_uuid(), $1, $2, $2, $3, $4, '', $5, $6)",
            role, f"{name.lower()}@alarms.example", name, language, is_active, clock.now(),
        )  # fmt: skip
    clock.move(timedelta(days=16))
    await check(context, post_office)
    rows = await superuser.fetch("SELECT recipient, language, status FROM platform_mails ORDER BY recipient")
    assert [tuple(row) for row in rows] == [(ADA.email, "fr", "sent"), ("otto@alarms.example", "de", "sent")]


async def test_two_workers_at_once_tell_it_once(context: dict[str, Any], post_office: PostOffice) -> None:
    clock.move(timedelta(days=16))
    await asyncio.gather(*(check_wallet_certificates(context) for _ in range(4)))
    await asyncio.gather(*(send_queued_mails(context) for _ in range(4)))
    assert len(post_office.mails) == 1


async def test_a_mail_server_that_is_down_delays_the_warning_and_loses_nothing(
    context: dict[str, Any], post_office: PostOffice
) -> None:
    post_office.is_open = False
    clock.move(timedelta(days=16))
    assert await check(context, post_office) == []
    post_office.is_open = True
    clock.move(timedelta(seconds=61))
    assert len(await check(context, post_office)) == 1


async def test_a_replaced_certificate_begins_anew(
    context: dict[str, Any], post_office: PostOffice, folder: Path, pki: ApplePki
) -> None:
    clock.move(timedelta(days=70))
    assert len(await check(context, post_office)) == 1
    renewed = ApplePki(pki.root, pki.wwdr, rsa_key())
    renewed.write(folder, certificate(renewed, days=120))
    assert len(await check(context, post_office)) == 1, "the new one ends soon, too"
    assert await check(context, post_office) == []


async def test_a_fault_is_told_once_and_again_when_it_comes_back(
    context: dict[str, Any], post_office: PostOffice, folder: Path, superuser: asyncpg.Connection
) -> None:
    await speak(superuser, "en")
    key = (folder / "signer.key").read_bytes()
    (folder / "signer.key").write_text("nonsense")
    (mail,) = await check(context, post_office)
    assert mail["Subject"] == "Orion: Apple Wallet’s files cannot be used"
    assert "signer.key is not an RSA key. Export the private key" in words_of(mail)
    assert "Do not restart Orion before this is fixed" in words_of(mail)
    assert await check(context, post_office) == []
    (folder / "signer.key").write_bytes(key)
    assert await check(context, post_office) == []
    (folder / "signer.key").write_text("nonsense")
    assert len(await check(context, post_office)) == 1


@pytest.fixture
def google(working: dict[str, Services], tmp_path: Path) -> dict[str, Any]:
    """A worker's with Google Wallet."""
    path = write_account(tmp_path / "key.json")
    return with_settings(working, google_wallet_issuer_id=ISSUER_ID, google_wallet_service_account_file=str(path))


def age(context: dict[str, Any], days: int) -> Path:
    """Lets the key file be so old."""
    path = Path(context["services"].settings.google_wallet_service_account_file)
    then = (clock.now() - timedelta(days=days, hours=1)).timestamp()
    os.utime(path, (then, then))
    return path


async def test_a_google_key_is_told_once_when_it_is_ninety_days_old(
    google: dict[str, Any], post_office: PostOffice, superuser: asyncpg.Connection
) -> None:
    await speak(superuser, "en")
    age(google, 89)
    assert await check(google, post_office) == []
    clock.move(timedelta(days=1))
    (mail,) = await check(google, post_office)
    assert mail["Subject"] == "Orion: Google Wallet’s key is 90 days old"
    assert "under “Replace Google's key”" in words_of(mail)
    clock.move(timedelta(days=1))
    assert await check(google, post_office) == []
    write_account(age(google, 0))
    assert await check(google, post_office) == []
    clock.move(timedelta(days=90))
    assert len(await check(google, post_office)) == 1, "the new key grows old, too"


async def test_no_secret_is_in_any_mail(
    context: dict[str, Any], google: dict[str, Any], post_office: PostOffice, folder: Path
) -> None:
    settings: Settings = google["services"].settings
    path = age(google, 100)
    both = with_settings(
        context,
        google_wallet_issuer_id=settings.google_wallet_issuer_id,
        google_wallet_service_account_file=str(path),
    )
    clock.move(timedelta(days=70))
    mails = await check(both, post_office)
    (folder / "signer.key").write_text("-----BEGIN PRIVATE KEY----- c2VjcmV0")
    path.write_text('{"private_key": "c2VjcmV0"}')
    mails += await check(both, post_office)
    assert len(mails) == 4
    for mail in mails:
        assert not re.search("PRIVATE|c2VjcmV0|iam.gserviceaccount.com", mail.as_string())


def test_the_runbook_has_the_sections_that_the_mails_name() -> None:
    page = (PROJECT / RUNBOOK).read_text("utf-8")
    for section in SECTIONS.values():
        assert f"\n## {section}\n" in page
    assert {what for what, _ in TEXTS} == set(SECTIONS)
