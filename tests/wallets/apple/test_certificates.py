"""The operator's three files: what the start refuses, and with which sentence."""

import asyncio
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import indent
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from backend.app import create_app
from backend.core.clock import clock
from backend.core.settings import Settings, SettingsError, load_settings
from backend.dev.sandbox.apple.pki import PASS_TYPE, TEAM, YEAR, ApplePki, pem, rsa_key, write_key
from backend.dev.sandbox.apple.pushes import Script
from backend.services import open_services
from backend.wallets.apple.certificates import KEY, SIGNER, STEPS, WWDR, inspect, load_certificates
from backend.wallets.apple.checks import check_apple
from backend.wallets.open import check_wallet_files, configured_wallets
from tests.conftest import client, running
from tests.doubles.apple import Apple, open_apple
from tests.wallets.apple.conftest import AppleWorld
from tests.world.caller import Json

NOW = datetime.now(UTC)
CHECKED = (*STEPS, "public_address", "apns_reachable")
Spoil = Callable[[Path, ApplePki], object]


def settings_for(folder: Path, **told: str) -> Settings:
    chosen = {"environment": "test", "backend_public_url": "https://x.example", "apple_wallet_dir": str(folder)}
    return replace(Settings(), **chosen | told)


@pytest.fixture
def folder(tmp_path: Path, pki: ApplePki) -> Path:
    return pki.write(tmp_path / "apple-wallet")


def test_type_and_team_come_from_the_certificate_itself(folder: Path) -> None:
    found = load_certificates(settings_for(folder), NOW)
    assert found is not None
    assert (found.pass_type, found.team) == (PASS_TYPE, TEAM)
    assert found.days_left(NOW) in {363, 364}


def test_files_in_the_operators_home_are_found(
    folder: Path, tmp_path: Path, pki: ApplePki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ca.pem").write_bytes("# Autorité de certification\n".encode() + pem(pki.root.certificate))
    told = {"ENVIRONMENT": "test", "BACKEND_PUBLIC_URL": "https://x.example"}
    told |= {"APPLE_WALLET_DIR": "~/apple-wallet", "APNS_CA_FILE": "~/ca.pem\n"}
    found = load_certificates(load_settings({f"ORION_{name}": value for name, value in told.items()}), NOW)
    assert found is not None
    assert found.pass_type == PASS_TYPE


def test_nothing_configured_is_no_apple_wallet(tmp_path: Path) -> None:
    assert load_certificates(replace(settings_for(tmp_path), apple_wallet_dir=""), NOW) is None
    assert load_certificates(settings_for(tmp_path), NOW) is None


def test_in_production_an_empty_folder_is_a_lost_mount_not_a_wish(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, environment="production")
    with pytest.raises(SettingsError, match=r"None of the three files is in .*unset ORION_APPLE_WALLET_DIR"):
        check_wallet_files(settings)
    assert configured_wallets(settings) == {"apple"}


def other_pair(folder: Path, _: ApplePki) -> None:
    write_key(folder / KEY, rsa_key())


def signer(folder: Path, pki: ApplePki, **told: Any) -> None:
    (folder / SIGNER).write_bytes(pem(pki.wwdr.pass_certificate(pki.key, **told)))


def weak_pair(folder: Path, pki: ApplePki) -> None:
    weak = rsa_key(bits=1024)
    signer(folder, replace_key(pki, weak))
    write_key(folder / KEY, weak)


def replace_key(pki: ApplePki, key: RSAPrivateKey) -> ApplePki:
    return ApplePki(pki.root, pki.wwdr, key)


def old_intermediate(folder: Path, pki: ApplePki) -> None:
    """Like Apple's first one, which expired before certificates that it had issued."""
    expired = pki.root.intermediate(begins=NOW - 2 * YEAR, life=YEAR)
    (folder / WWDR).write_bytes(pem(expired.certificate))
    (folder / SIGNER).write_bytes(pem(expired.pass_certificate(pki.key)))


def relock(path: Path, *command: str) -> None:
    """With OpenSSL, as an operator did years ago; the password is "old"."""
    legacy = ["-provider", "legacy", "-provider", "default"]
    files = ["-in", str(path), "-out", f"{path}.new", "-passout", "pass:old"]
    subprocess.run(["openssl", *command, *legacy, *files], check=True, capture_output=True)
    path.write_bytes(Path(f"{path}.new").read_bytes())


def make_a_folder_of_the_key(folder: Path, _: ApplePki) -> None:
    (folder / KEY).unlink()
    (folder / KEY).mkdir()


SPOILT: dict[str, tuple[Spoil, str]] = {
    "no intermediate": (lambda folder, _: (folder / WWDR).unlink(), "wwdr.pem cannot be read: No such file"),
    "no certificate": (lambda folder, _: (folder / SIGNER).unlink(), "signer.pem cannot be read: No such file"),
    "no key": (lambda folder, _: (folder / KEY).unlink(), "signer.key cannot be read: No such file"),
    "a folder for a key": (
        make_a_folder_of_the_key,
        "signer.key cannot be read: Is a directory",
    ),
    "an empty certificate": (lambda folder, _: (folder / SIGNER).write_bytes(b""), "signer.pem is not a certificate"),
    "a key for a certificate": (
        lambda folder, _: (folder / SIGNER).write_bytes((folder / KEY).read_bytes()),
        "signer.pem is not a certificate",
    ),
    "the intermediate in its place": (
        lambda folder, pki: (folder / SIGNER).write_bytes(pki.wwdr.certificate.public_bytes(Encoding.DER)),
        "signer.pem is not a certificate for passes",
    ),
    "a key of 1024 bits": (weak_pair, "signer.key has 1024 bits; Apple takes 2048."),
    "an elliptic key": (
        lambda folder, _: write_key(folder / KEY, generate_private_key(SECP256R1())),
        "signer.key is not an RSA key",
    ),
    "a key under an old cipher": (
        lambda folder, _: relock(folder / KEY, "rsa", "-traditional", "-des"),
        "signer.key is encrypted with a cipher that is no longer in use. Encrypt it anew: openssl rsa ",
    ),
    "an expired intermediate": (
        old_intermediate,
        f"wwdr.pem expired on {(NOW - YEAR).date()}. Your own certificate is fine. Download the current intermediate",
    ),
    "no key at all": (lambda folder, _: (folder / KEY).write_text("secret"), "signer.key is not an RSA key"),
    "a locked key": (lambda folder, pki: pki.write(folder, password="x"), "Set ORION_APPLE_WALLET_KEY_PASSWORD."),
    "another pair": (other_pair, "signer.key does not belong to signer.pem"),
    "another intermediate": (
        lambda folder, pki: (folder / WWDR).write_bytes(pem(pki.root.intermediate("G3").certificate)),
        "was not issued by the one in wwdr.pem",
    ),
    "expired": (
        lambda folder, pki: signer(folder, pki, begins=NOW - 2 * YEAR, life=YEAR),
        f"signer.pem expired on {(NOW - YEAR).date()}",
    ),
    "not valid yet": (
        lambda folder, pki: signer(folder, pki, begins=NOW + timedelta(days=2)),
        f"signer.pem is not valid before {(NOW + timedelta(days=2)).date()}",
    ),
    "a certificate for an app": (
        lambda folder, pki: signer(folder, pki, pass_type="com.example.app"),
        "signer.pem is not a certificate for passes",
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_start_with_the_wrong_files_ends_with_one_sentence(folder: Path, pki: ApplePki, spoilt: str) -> None:
    spoil, sentence = SPOILT[spoilt]
    spoil(folder, pki)
    given = {"apple_wallet_key_password": "old"} if spoilt == "a key under an old cipher" else {}
    with pytest.raises(SettingsError) as refused:
        load_certificates(settings_for(folder, **given), NOW)
    assert str(refused.value).startswith("ORION_APPLE_WALLET_DIR: ")
    assert sentence in str(refused.value)
    assert "%" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_that_does_not_exist_is_a_mistake_not_a_wish(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"wwdr.pem cannot be read"):
        load_certificates(settings_for(tmp_path / "aple-wallet"), NOW)


def test_an_expired_intermediate_is_refused_too(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"signer.pem expired|wwdr.pem expired"):
        load_certificates(settings_for(folder), NOW + 6 * YEAR)


def test_a_locked_key_opens_with_its_password_only(tmp_path: Path, pki: ApplePki) -> None:
    folder = pki.write(tmp_path / "locked", password="open sesame")
    assert load_certificates(settings_for(folder, apple_wallet_key_password="open sesame"), NOW) is not None
    with pytest.raises(SettingsError, match=r"The password does not open signer.key"):
        load_certificates(settings_for(folder, apple_wallet_key_password="sesame"), NOW)


def test_a_password_for_a_key_without_one_does_no_harm(folder: Path) -> None:
    assert load_certificates(settings_for(folder, apple_wallet_key_password="unused"), NOW) is not None


def joined(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b" "))


def indented(path: Path) -> None:
    path.write_text(indent(path.read_text(), "    "))


def commented(path: Path) -> None:
    path.write_bytes(b"Bag Attributes\n    friendlyName: ENCRYPTED PRIVATE KEY of Orion\n" + path.read_bytes())


def with_windows_breaks(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("spoil", [joined, indented, commented, with_windows_breaks])
@pytest.mark.parametrize("name", [KEY, SIGNER, WWDR])
def test_what_pasting_does_to_a_file_does_no_harm(folder: Path, name: str, spoil: Callable[[Path], None]) -> None:
    spoil(folder / name)
    assert load_certificates(settings_for(folder), NOW) is not None


@pytest.mark.parametrize(
    "command", [("rsa", "-traditional", "-des3"), ("pkcs8", "-topk8", "-v1", "PBE-SHA1-RC2-40"), ("pkcs8", "-topk8")]
)
def test_a_key_that_the_keychain_locked_years_ago_opens(folder: Path, command: tuple[str, ...]) -> None:
    relock(folder / KEY, *command)
    assert load_certificates(settings_for(folder, apple_wallet_key_password="old"), NOW) is not None


def test_of_several_certificates_in_a_file_the_right_one_is_taken(folder: Path, pki: ApplePki) -> None:
    """Exported with the whole chain, and with every generation of the intermediate."""
    other = pki.root.intermediate("G3").certificate
    (folder / SIGNER).write_bytes(pem(pki.wwdr.certificate) + (folder / SIGNER).read_bytes())
    (folder / WWDR).write_bytes(pem(other) + (folder / WWDR).read_bytes())
    found = load_certificates(settings_for(folder), NOW)
    assert found is not None
    assert (found.pass_type, found.wwdr) == (PASS_TYPE, pki.wwdr.certificate)


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_certificate_renewed_for_the_same_key_takes_the_place_of_the_one_that_ended(
    newest_first: bool, folder: Path, pki: ApplePki
) -> None:
    ended: Json = {"begins": NOW - 2 * YEAR, "life": YEAR}
    old = {
        SIGNER: pki.wwdr.pass_certificate(pki.key, **ended),
        WWDR: pki.root.intermediate(key=pki.wwdr.key, **ended).certificate,
    }
    for name, certificate in old.items():
        bundle = [pem(certificate), (folder / name).read_bytes()]
        (folder / name).write_bytes(b"".join(reversed(bundle) if newest_first else bundle))
    found = load_certificates(settings_for(folder), NOW)
    assert found is not None
    assert found.days_left(NOW) in {363, 364}


def test_an_unlocked_key_never_lies_on_a_disk(folder: Path) -> None:
    relock(folder / KEY, "pkcs8", "-topk8")
    before = sorted(path.name for path in folder.iterdir())
    assert load_certificates(settings_for(folder, apple_wallet_key_password="old"), NOW) is not None
    assert sorted(path.name for path in folder.iterdir()) == before
    assert "orion-apple-wallet" not in {os.path.realpath(f"/proc/self/fd/{file}") for file in range(100)}


def test_apples_own_certificate_is_taken_as_apple_hands_it_out(folder: Path, pki: ApplePki) -> None:
    (folder / WWDR).write_bytes(pki.wwdr.certificate.public_bytes(Encoding.DER))
    assert load_certificates(settings_for(folder), NOW) is not None


def test_a_key_that_others_can_read_is_a_warning_and_an_error_in_production(folder: Path) -> None:
    (folder / KEY).chmod(0o644)
    settings = settings_for(folder)
    assert load_certificates(settings, NOW) is not None
    told = {step.name: step.outcome for step in inspect(settings, NOW)[1]}
    assert told["files_private"] == "warning"
    with pytest.raises(SettingsError, match=r"Others can read signer.key \(mode 644\). Run `chmod 600 signer.key`."):
        load_certificates(replace(settings, environment="production"), NOW)


def test_passes_need_an_address_that_begins_with_https(folder: Path) -> None:
    insecure = settings_for(folder, backend_public_url="http://x.example")
    with pytest.raises(SettingsError, match="ORION_BACKEND_PUBLIC_URL must begin with https://"):
        load_certificates(insecure, NOW)
    assert load_certificates(replace(insecure, environment="development"), NOW) is not None


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("https://api.cards.example", True),
        ("https://api.cards.example:8443/orion", True),
        ("https://93.184.215.14", True),
        ("https://[2606:2800:21f::1]", True),
        ("https://localhost:8000", False),
        ("https://backend:8000", False),
        ("https://orion.internal", False),
        ("https://macbook.local", False),
        ("https://127.0.0.1", False),
        ("https://192.168.1.20", False),
        ("https://[fe80::1]", False),
    ],
)
async def test_passes_lead_to_an_address_that_is_known_outside(folder: Path, address: str, is_public: bool) -> None:
    settings = settings_for(folder, backend_public_url=address, apns_url="https://127.0.0.1:1")
    step = next(step for step in await check_apple(settings, clock.now()) if step.name == "public_address")
    assert (step.outcome == "ok") == is_public
    assert (load_certificates(replace(settings, environment="development"), NOW)) is not None
    if is_public:
        assert load_certificates(settings, NOW) is not None
        return
    assert isinstance(step.sentence, str)
    assert address in step.sentence % step.facts
    assert "ORION_BACKEND_PUBLIC_URL" in step.remedy
    with pytest.raises(SettingsError, match="iPhones cannot reach"):
        load_certificates(settings, NOW)


def test_the_last_thirty_days_are_a_warning(folder: Path) -> None:
    soon = NOW + timedelta(days=340)
    certificates, steps = inspect(settings_for(folder), soon)
    assert certificates is not None
    assert (steps[-1].name, steps[-1].outcome) == ("days_left", "warning")
    assert steps[-1].facts["days"] in {23, 24}


async def test_a_process_with_the_wrong_files_does_not_start(apple: Apple, settings: Settings, folder: Path) -> None:
    (folder / WWDR).unlink()
    wrong = replace(apple.settings(settings), apple_wallet_dir=str(folder))
    with pytest.raises(SettingsError):
        async with open_services(wrong):
            pass


async def test_every_step_of_a_working_installation_is_well(apple: Apple, settings: Settings) -> None:
    steps = await check_apple(apple.settings(settings), clock.now())
    assert [(step.name, step.outcome) for step in steps] == [(name, "ok") for name in CHECKED]
    assert {step.name: step.facts for step in steps}["days_left"]["days"] in {363, 364}


async def test_the_steps_after_the_first_that_fails_are_skipped(apple: Apple, settings: Settings, folder: Path) -> None:
    other_pair(folder, apple.pki)
    steps = await check_apple(replace(apple.settings(settings), apple_wallet_dir=str(folder)), clock.now())
    outcomes = [step.outcome for step in steps]
    assert outcomes == ["ok", "ok", "ok", "failed", "skipped", "skipped", "ok", "skipped"]
    assert all(step.remedy for step in steps if step.outcome == "failed")


async def test_an_apns_that_is_silent_or_refuses_us_is_the_last_step(
    tmp_path: Path, pki: ApplePki, settings: Settings
) -> None:
    async with open_apple(tmp_path / "apple", pki) as apple:
        apple.apns.always = Script(status=403)
        refused = (await check_apple(apple.settings(settings), clock.now()))[-1]
        await apple.apns.stop()
        silent = (await check_apple(apple.settings(settings), clock.now()))[-1]
    assert (refused.outcome, refused.facts) == ("failed", {"reason": "BadCertificate"})
    assert (silent.outcome, silent.facts) == ("failed", {"reason": "ConnectError"})
    assert refused.sentence != silent.sentence


async def test_an_address_that_iphones_do_not_take_is_a_step_that_fails(apple: Apple, settings: Settings) -> None:
    steps = await check_apple(replace(apple.settings(settings), backend_public_url="http://x.example"), clock.now())
    assert [(step.name, step.outcome) for step in steps[-2:]] == [
        ("public_address", "failed"),
        ("apns_reachable", "skipped"),
    ]


async def test_looking_again_and_again_opens_no_new_connection(world: AppleWorld) -> None:
    """Apple treats frequent reconnecting as an attack."""
    before = world.apple.apns.connection_count
    for _ in range(3):
        steps = await check_apple(world.services.settings, clock.now(), world.services.apple)
        assert steps[-1].outcome == "ok"
    assert world.apple.apns.connection_count - before <= 1


async def test_without_configuration_there_is_nothing_to_check(settings: Settings) -> None:
    assert await check_apple(settings, clock.now()) == []


async def test_a_new_certificate_works_after_a_restart_and_the_old_one_after_putting_it_back(
    world: AppleWorld, tmp_path: Path, pki: ApplePki, settings: Settings
) -> None:
    """The runbook: copy the files away, replace them, restart; when it fails, put them back and restart."""
    card = await world.shop.a_card()
    phone = world.phone()
    held = await world.add(phone, card)
    renewed = ApplePki(pki.root, pki.wwdr, rsa_key())
    signers = []
    async with open_apple(tmp_path / "files", pki) as apple:
        for files in (renewed, pki):
            await asyncio.to_thread(files.write, apple.folder)
            restarted = apple.settings(replace(settings, pool_size=2))
            async with (
                open_services(restarted) as services,
                running(create_app(restarted)) as app,
                client(app) as http,
            ):
                await world.shop.anna.earn(card, cents=100)
                clock.move(timedelta(seconds=3))
                result = await services.wallet_sync.sync_card(world.shop.merchant_id, UUID(card["id"]), "apple")
                phone.http = http
                await phone.pushed()
                assert result.kind == "synced"
                assert apple.apns.tokens()[-1] == phone.push_token
                signers.append(phone.passes[held.opened.serial].opened.signer.public_key())
    assert phone.passes[held.opened.serial].shows("points") == "2"
    assert phone.complaints == []
    assert signers == [renewed.key.public_key(), pki.key.public_key()]
