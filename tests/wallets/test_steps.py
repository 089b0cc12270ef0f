"""The check of the wallets: the same steps for the API, the command and the page, each with advice when it fails."""

import dataclasses
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from msgspec.structs import replace

from backend.core.clock import clock
from backend.core.settings import Settings
from backend.dev.sandbox.apple.pki import YEAR, ApplePki, pem, rsa_key, write_key
from backend.dev.sandbox.apple.pushes import Script
from backend.operations.wallets.check_runs import EVERY, find_last_check
from backend.operations.wallets.status import check_wallets, step_view
from backend.services import Services
from backend.wallets.apple.certificates import KEY, SIGNER, WWDR
from backend.wallets.ports import CheckStep, Provider
from i18n.locales import LANGUAGES
from tests.conftest import OwnTown
from tests.doubles.apple import Apple, open_apple
from tests.doubles.google import Google
from tests.wallets.conftest import STATUS, GoogleTown, orion, signed_in
from tests.world import ADA, PAUL
from tests.world.limits import forget_everything
from workers.jobs import wallets as wallet_jobs

STEPS: dict[Provider, list[str]] = {
    "google": ["file_readable", "key_parses", "token", "issuer", "class", "public_address", "logo"],
    "apple": [
        "files_readable",
        "files_private",
        "pass_type",
        "pair_matches",
        "issued_by_wwdr",
        "days_left",
        "public_address",
        "apns_reachable",
    ],
}


@pytest.fixture
async def apple(tmp_path: Path) -> AsyncIterator[Apple]:
    async with open_apple(tmp_path / "apple", ApplePki.make()) as opened:
        yield opened


@dataclass
class Installation:
    """Both wallets, with the mistakes that an operator can make."""

    google: Google
    apple: Apple
    services: Services
    settings: Settings

    async def steps(self, provider: Provider) -> list[CheckStep]:
        checked = await check_wallets(self.settings, self.services.redis, clock.now())
        return checked.google if provider == "google" else checked.apple

    async def checked_at(self) -> datetime:
        """When the kept check was made, after another minute has passed and the clock has had its turn."""
        clock.move(timedelta(minutes=1))
        await wallet_jobs.check_wallets({"services": dataclasses.replace(self.services, settings=self.settings)})
        async with self.services.sessions.committing() as session:
            run = await find_last_check(session)
        assert run is not None
        return run.created_at

    def but(self, **told: str) -> None:
        self.settings = replace(self.settings, **told)

    def key_file(self, content: str) -> None:
        path = self.apple.folder / "key.json"
        path.write_text(content)
        self.but(google_wallet_service_account_file=str(path))

    def a_key_that_others_may_read(self) -> None:
        (self.apple.folder / KEY).chmod(0o644)
        self.but(environment="production")

    def a_rejected_class(self) -> None:
        wrong = {"id": f"{self.google.fake.passes.issuer_id}.prog_1", "reviewStatus": "UNDER_REVIEW"}
        logo = {"sourceUri": {"uri": "https://orion.example/logo.png"}}
        self.google.fake.passes.rejected_names.add("Rude")
        names = {"issuerName": "Rude", "programName": "Rude", "programLogo": logo}
        self.google.fake.passes.insert("loyaltyClass", wrong | names)

    def signer(self, certificate: x509.Certificate) -> None:
        (self.apple.folder / SIGNER).write_bytes(pem(certificate))

    def pass_certificate(self, **told: Any) -> x509.Certificate:
        pki = self.apple.pki
        return pki.wwdr.pass_certificate(pki.key, **told)


BROKEN: dict[tuple[Provider, str], Callable[[Installation], object]] = {
    ("google", "file_readable"): lambda it: it.but(google_wallet_service_account_file="/nowhere/key.json"),
    ("google", "key_parses"): lambda it: it.key_file('{"type": "authorized_user"}'),
    ("google", "token"): lambda it: it.google.fake.tokens.known.clear(),
    ("google", "issuer"): lambda it: setattr(it.google.fake.faults, "is_forbidden", True),
    ("google", "class"): lambda it: it.a_rejected_class(),
    ("google", "public_address"): lambda it: it.but(environment="production", backend_public_url="http://backend:8000"),
    ("google", "logo"): lambda it: it.but(default_logo_url="http://127.0.0.1:1/logo.png"),
    ("apple", "files_readable"): lambda it: (it.apple.folder / WWDR).unlink(),
    ("apple", "files_private"): lambda it: it.a_key_that_others_may_read(),
    ("apple", "pass_type"): lambda it: it.signer(it.pass_certificate(pass_type="com.example.app")),
    ("apple", "pair_matches"): lambda it: write_key(it.apple.folder / KEY, rsa_key()),
    ("apple", "issued_by_wwdr"): lambda it: (it.apple.folder / WWDR).write_bytes(
        pem(it.apple.pki.root.intermediate("G3").certificate)
    ),
    ("apple", "days_left"): lambda it: it.signer(it.pass_certificate(begins=clock.now() - 2 * YEAR, life=YEAR)),
    ("apple", "public_address"): lambda it: it.but(backend_public_url="https://localhost"),
    ("apple", "apns_reachable"): lambda it: setattr(it.apple.apns, "always", Script(status=403)),
}


@pytest.fixture
async def installation(google: Google, apple: Apple, services: Services) -> Installation:
    await forget_everything(services.redis)
    plain = Settings(environment="test", public_url="http://orion.test")
    return Installation(google, apple, services, apple.settings(google.settings(plain)))


def test_every_step_can_be_broken_here() -> None:
    assert list(BROKEN) == [(provider, step) for provider, steps in STEPS.items() for step in steps]


async def test_a_working_installation_fails_at_no_step(installation: Installation) -> None:
    for provider, names in STEPS.items():
        steps = await installation.steps(provider)
        assert [step.name for step in steps] == names
        assert {step.outcome for step in steps} <= {"ok", "skipped"}


async def test_the_clock_checks_a_wallet_at_once_and_then_every_hour(installation: Installation) -> None:
    both = installation.settings
    installation.but(apple_wallet_dir="")
    first = await installation.checked_at()
    assert await installation.checked_at() == first
    installation.settings = both
    second = await installation.checked_at()
    assert second > first, "a wallet that was configured since has not been checked"
    assert await installation.checked_at() == second
    clock.move(EVERY)
    assert await installation.checked_at() > second


@pytest.mark.parametrize(("provider", "broken"), BROKEN)
async def test_each_step_fails_for_a_reason_of_its_own_and_says_what_to_do(
    installation: Installation, provider: Provider, broken: str
) -> None:
    well = {step.name: step.sentence for step in await installation.steps(provider)}
    BROKEN[provider, broken](installation)
    steps = await installation.steps(provider)
    assert [step.name for step in steps] == STEPS[provider]
    (failed,) = [step for step in steps if step.outcome == "failed"]
    assert failed.name == broken
    assert failed.sentence != well[broken]
    for language in LANGUAGES:
        view = step_view(failed, language)
        assert view.sentence
        assert view.mend
        assert "%" not in view.sentence + view.mend


@pytest.fixture
async def town(own_town: OwnTown, google: Google, apple: Apple) -> AsyncIterator[GoogleTown]:
    """With both wallets."""
    told = apple.settings(google.settings(Settings()))
    changed = {name: getattr(told, name) for name in Settings.__struct_fields__ if getattr(told, name)}
    ours = {name: value for name, value in changed.items() if name.startswith(("google_", "apple_", "apns_"))}
    async with own_town(**ours, backend_public_url=told.backend_public_url) as opened:
        await forget_everything(opened.services.redis)
        paul, ada = await signed_in(opened, PAUL), await signed_in(opened, ADA)
        yield GoogleTown(opened, google, await opened.open_shop(), paul, ada)


async def test_the_api_and_the_command_tell_the_same_steps_on_good_days_and_bad_ones(
    town: GoogleTown, apple: Apple
) -> None:
    for is_broken in (False, True):
        if is_broken:
            write_key(apple.folder / KEY, rsa_key())
            town.google.fake.faults.is_forbidden = True
        clock.move(timedelta(minutes=1))
        status, command = await town.paul.get(STATUS), await orion(town, "wallets", "check", "--json")
        told = json.loads(command.stdout)
        for provider, names in STEPS.items():
            assert told[provider]["steps"] == status[provider]["steps"]
            assert [step["name"] for step in status[provider]["steps"]] == names
        assert (command.exit_code, told["ok"], len(status["errors"])) == ((1, False, 2) if is_broken else (0, True, 0))
    text = (await orion(town, "wallets", "check")).stdout
    assert "failed   pair_matches     signer.key does not belong to signer.pem." in text
    assert "failed   issuer" in text
