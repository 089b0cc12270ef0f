"""The runbooks about wallets are true: every command on them runs, and does what the page says."""

import asyncio
import json
import os
import re
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from msgspec.structs import replace

from backend.core.keys import KeyRing
from backend.core.settings import Settings
from backend.dev.sandbox.apple.iphone import FakeIPhone
from backend.dev.sandbox.apple.pki import ApplePki
from backend.dev.sandbox.google.account import EMAIL, public_keys, write_account
from backend.dev.sandbox.google.app import SAVE
from backend.dev.sandbox.google.oauth import GrantRefused
from backend.loyalty.cards.card_urls import CardLinks
from tests.doubles.apple import Apple, open_apple
from tests.doubles.google import Google, open_google
from tests.world import PASSWORD
from tests.world.patience import PATIENCE_SECONDS
from tests.world.ports import own_port

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "docs" / "runbooks" / f"wallet-{name}.md" for name in ("certificates", "passes")]
SECONDS_MAX = 120
OWNER_ONLY = 0o600
SOME_FAILED = 3
DOCKER = """
import os, signal, sys, time, urllib.request
from pathlib import Path

sys.path.insert(0, os.environ["PYTHONPATH"])
from tests.forks import Fork

wanted, home = sys.argv[1:], Path(os.environ["HOME"])
told = home / "containers.env"
if wanted[:3] == ["compose", "up", "-d"]:
    told.write_text((home / "apps" / "orion" / ".env").read_text())
os.environ |= dict(line.split("=", 1) for line in told.read_text().splitlines() if not line.startswith("#"))
if wanted[:5] == ["compose", "exec", "-T", "backend", "orion"]:
    sys.exit(Fork(os.environ["FORKS"], ["backend.cli", *wanted[5:]], os.environ).wait())
assert wanted in (["compose", "restart", "backend", "worker"], ["compose", "up", "-d", "backend", "worker"]), wanted
note = home / "pid"
if note.exists() and Path("/proc", note.read_text()).exists():
    os.killpg(int(note.read_text()), signal.SIGTERM)
    while Path("/proc", note.read_text()).exists():
        time.sleep(0.05)
with (home / "log").open("a") as log:
    backend = Fork(os.environ["FORKS"], ["backend.cli", "backend"], os.environ, log.fileno(), stays=True).pid
note.write_text(str(backend))
while Path("/proc", str(backend)).exists():
    try:
        urllib.request.urlopen(os.environ["API"] + "/health/ready", timeout=2)
        sys.exit(0)
    except OSError:
        time.sleep(0.1)
sys.exit("the backend did not start")
"""


@dataclass
class Runbook:
    """Shell blocks by heading, run by bash as an operator's, who stops at the first command that fails."""

    environment: dict[str, str]
    unused: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        pages = "".join(page.read_text("utf-8") for page in PAGES)
        text = re.sub(r"^```ini.*?^```", "", pages, flags=re.DOTALL | re.MULTILINE)
        sections = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
        self.blocks = {
            title: re.findall(r"^```sh\n(.*?)^```", body, flags=re.DOTALL | re.MULTILINE)
            for title, body in zip(sections[::2], sections[1::2], strict=True)
        }
        self.unused = [(title, place) for title, blocks in self.blocks.items() for place in range(len(blocks))]

    async def run(self, title: str, place: int = 0) -> str:
        """What was said. Fails when a command does."""
        code, said = await self.attempt(title, place)
        assert code == 0, said
        return said

    async def attempt(self, title: str, place: int = 0) -> tuple[int, str]:
        if (title, place) in self.unused:
            self.unused.remove((title, place))
        return await self.shell(self.blocks[title][place])

    async def shell(self, commands: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            "bash", "-euo", "pipefail", "-c", commands,
            env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS_MAX)
        assert process.returncode is not None
        return process.returncode, said.decode()


@dataclass(frozen=True)
class Operator:
    """An installation, and what stands outside of it: Google's console, Apple's portal, a phone."""

    wallets: Path
    settings: Settings
    google: Google
    apple: Apple
    runbook: Runbook
    http: httpx.AsyncClient

    @property
    def apple_files(self) -> Path:
        return self.wallets / "apple-wallet"

    async def status(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(await self.runbook.run("Is everything well?", 1))
        return status

    def new_google_key(self) -> dict[str, str]:
        """Downloaded from the console, which knows it from then on."""
        path = write_account(self.wallets / "google-wallet-sa.json.new")
        key = public_keys(path)[1]
        self.google.fake.tokens.known[EMAIL] |= key
        return key

    def let_apple_issue(self) -> x509.Certificate:
        """What the portal makes of the request."""
        key = load_pem_private_key((self.apple_files / "signer.key.new").read_bytes(), None)
        request = x509.load_pem_x509_csr((self.apple_files / "signer.csr").read_bytes())
        assert isinstance(key, RSAPrivateKey)
        assert request.public_key() == key.public_key()
        issued = self.apple.pki.wwdr.pass_certificate(key)
        (self.apple_files / "pass.cer").write_bytes(issued.public_bytes(Encoding.DER))
        return issued


@dataclass(frozen=True)
class Holder:
    """A customer with a card, and a phone of either kind."""

    operator: Operator
    links: CardLinks
    token: str
    """Of the card's page."""

    @property
    def card(self) -> tuple[UUID, UUID, int]:
        found = self.links.read(self.token)
        assert found is not None
        return found.merchant_id, found.card_id, 0

    async def save_to_google(self) -> None:
        """Taps the button. Raises GrantRefused when Google does not know the key that signed the link."""
        answer = await self.operator.http.get(self.links.save_url(*self.card))
        self.operator.google.fake.save(answer.headers["location"].partition(SAVE)[2])

    async def signer_of_pass(self) -> int:
        """The serial number of the certificate that signs passes now; the phone verifies them first."""
        phone = FakeIPhone(self.operator.http, self.operator.apple.root)
        held = await phone.download(self.links.pass_url(*self.card))
        certificates = load_der_pkcs7_certificates(held.opened.files["signature"])
        return next(found.serial_number for found in certificates if "UID=" in found.subject.rfc4514_string())


@pytest.fixture
async def operator(fresh_settings: Settings, tmp_path: Path, forks: str) -> AsyncIterator[Operator]:
    home, wallets = tmp_path / "home", tmp_path / "home" / "apps" / "orion" / "wallets"
    wallets.mkdir(parents=True)
    (wallets.parent / ".env").write_text(f"ORION_APPLE_WALLET_DIR={wallets / 'apple-wallet'}\n")
    account = write_account(wallets / "google-wallet-sa.json")
    async with open_google(account) as google, open_apple(wallets / "apple-wallet", ApplePki.make()) as apple:
        port = own_port()
        settings = replace(
            apple.settings(google.settings(fresh_settings)),
            backend_port=port,
            backend_url=f"http://127.0.0.1:{port}",
            data_dir=tmp_path / "data",
            pool_size=2,
        )
        runbook = Runbook(_environment(settings, home) | {"FORKS": forks})
        try:
            # No connection is kept, or each restart would wait for it.
            limits = httpx.Limits(max_keepalive_connections=0)
            async with httpx.AsyncClient(
                base_url=settings.backend_url, trust_env=False, timeout=PATIENCE_SECONDS, limits=limits
            ) as http:
                assert await runbook.shell("docker compose up -d backend worker") == (0, "")
                signed_in = {"email": "admin@orion.example", "password": PASSWORD}
                answer = await http.post("/api/v1/auth/sign-in", json=signed_in)
                runbook.environment["TOKEN"] = answer.json()["token"]
                yield Operator(wallets, settings, google, apple, runbook, http)
        finally:
            await runbook.shell('kill -TERM -- "-$(cat "$HOME/pid")"')


def _environment(settings: Settings, home: Path) -> dict[str, str]:
    """But for what `.env` tells."""
    tools = home / "bin"
    tools.mkdir()
    docker, script = tools / "docker", tools / "docker.py"
    script.write_text(DOCKER)
    # A first line names no interpreter in a folder with a space in its name.
    docker.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    docker.chmod(0o700)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "COV_", "PYTEST"))}
    told = {
        f"ORION_{name.upper()}": str(value)
        for name in Settings.__struct_fields__
        if (value := getattr(settings, name)) != getattr(Settings(), name) and name != "apple_wallet_dir"
    }
    path = f"{tools}:{kept['PATH']}"
    return kept | told | {"HOME": str(home), "PATH": path, "PYTHONPATH": str(PROJECT), "API": settings.backend_url}


async def test_certificates_and_keys_are_replaced_and_put_back_by_the_page(operator: Operator) -> None:
    form = {"email": "lea@example.com", "accept_terms": True}
    joined = (await operator.http.post("/api/v1/storefront/loyalty/FASHIONHUB/enroll", json=form)).json()
    links = CardLinks(KeyRing(operator.settings.keys), "", operator.settings.backend_url)
    holder = Holder(operator, links, joined["card"]["page_url"].rsplit("/", 1)[1])
    await all_is_well(operator)
    await a_google_key_is_replaced_and_put_back(operator, holder)
    await a_file_that_is_no_key_changes_nothing(operator, holder)
    await an_apple_certificate_is_replaced_and_put_back(operator, holder)
    await without_apple_everything_else_goes_on(operator, holder)
    assert "right now, 0 failed" in await operator.runbook.run("Google refuses us")
    await a_pass_that_failed_is_named_and_sent_again(operator, holder)
    assert operator.runbook.unused == []


async def all_is_well(operator: Operator) -> None:
    assert "days_left" in await operator.runbook.run("Is everything well?")
    status = await operator.status()
    assert (status["google_configured"], status["apple_configured"], status["errors"]) == (True, True, [])
    assert (status["credentials_valid"], status["key_age_days"]) == (True, 0)
    assert status["certificate_days_left"] > 300
    assert (await operator.runbook.run("Alarms")).count("notAfter=") == 2


async def a_google_key_is_replaced_and_put_back(operator: Operator, holder: Holder) -> None:
    """Until the restart the old one is used, afterwards only the new one."""
    book, known = operator.runbook, operator.google.fake.tokens.known
    old_key = dict(known[EMAIL])
    new_key = operator.new_google_key()
    assert "failed" not in await book.run("Replace Google's key", 0)
    known[EMAIL] = old_key
    await holder.save_to_google()
    known[EMAIL] = old_key | new_key
    await book.run("Replace Google's key", 1)
    known[EMAIL] = new_key
    await holder.save_to_google()
    assert mode(operator.wallets / "google-wallet-sa.json") == OWNER_ONLY
    # The new one was withdrawn.
    known[EMAIL] = old_key
    with pytest.raises(GrantRefused):
        await holder.save_to_google()
    await book.run("Go back to the previous Google key")
    await holder.save_to_google()


async def a_file_that_is_no_key_changes_nothing(operator: Operator, holder: Holder) -> None:
    """It is found before the restart; a restart would be refused."""
    book = operator.runbook
    (operator.wallets / "google-wallet-sa.json.new").write_text("<html>")
    code, said = await book.attempt("Replace Google's key", 0)
    assert code == 1
    assert "is not JSON" in said
    await holder.save_to_google()
    assert (await book.shell("docker compose restart backend worker"))[0] == 1
    await book.run("Go back to the previous Google key")
    await holder.save_to_google()


async def an_apple_certificate_is_replaced_and_put_back(operator: Operator, holder: Holder) -> None:
    book, first = operator.runbook, await holder.signer_of_pass()
    await book.run("Replace Apple's certificate", 0)
    assert mode(operator.apple_files / "signer.key.new") == OWNER_ONLY
    issued = operator.let_apple_issue()
    assert "signer.pem.new: OK" in await book.run("Replace Apple's certificate", 1)
    await book.run("Replace Apple's certificate", 2)
    assert mode(operator.apple_files / "signer.key") == OWNER_ONLY
    assert await holder.signer_of_pass() == issued.serial_number != first
    await book.run("Go back to the previous Apple certificate")
    assert await holder.signer_of_pass() == first


async def without_apple_everything_else_goes_on(operator: Operator, holder: Holder) -> None:
    book, signer = operator.runbook, await holder.signer_of_pass()
    await book.run("Apple's certificate has ended and there is no new one", 0)
    status = await operator.status()
    assert (status["google_configured"], status["apple_configured"], status["errors"]) == (True, False, [])
    await holder.save_to_google()
    await book.run("Apple's certificate has ended and there is no new one", 1)
    assert await holder.signer_of_pass() == signer


async def a_pass_that_failed_is_named_and_sent_again(operator: Operator, holder: Holder) -> None:
    book, passes, card_id = operator.runbook, operator.google.fake.passes, str(holder.card[1])
    book.environment["CARD"] = card_id
    (google_class,) = passes.all("loyaltyClass")
    google_class.body["reviewStatus"] = "REJECTED"
    passes.forget("loyaltyObject", next(passes.all("loyaltyObject")).body["id"])
    code, said = await book.attempt("One card")
    assert (code, card_id in said) == (SOME_FAILED, True), said
    runs = json.loads(await book.run("Which passes failed?"))["data"]
    assert list(runs[0]["failures"]) == [card_id]
    assert runs[0]["failures"][card_id].startswith("google: ")
    book.environment["RUN"] = runs[0]["id"]
    assert "1 passes looked at, 0 right now, 1 failed" in (await book.attempt("All that failed, whenever"))[1]
    google_class.body["reviewStatus"] = "APPROVED"
    assert "1 passes looked at, 1 right now, 0 failed" in await book.run("All that failed in one run")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
