"""The key file is checked when a process starts; a refusal is one sentence."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from msgspec.structs import replace

from backend.core.settings import Settings, SettingsError, load_settings
from backend.wallets.google.account import KEY_PARSES, AccountError, load_account
from backend.wallets.open import check_wallet_files

ISSUER_ID = "3388000000012345678"
PUBLIC = {"environment": "production", "backend_public_url": "https://api.cards.example"}


def settings(path: Path | str, **values: Any) -> Settings:
    told = {"google_wallet_issuer_id": ISSUER_ID, "google_wallet_service_account_file": str(path)}
    return replace(Settings(environment="test"), **told | values)


def as_written(path: str) -> Settings:
    """In an environment."""
    told = {"ISSUER_ID": ISSUER_ID, "SERVICE_ACCOUNT_FILE": path}
    return load_settings({f"ORION_GOOGLE_WALLET_{name}": value for name, value in told.items()})


@pytest.fixture
def copy(account_file: Path, tmp_path: Path) -> Path:
    """A key file of the test's own."""
    path = tmp_path / "key.json"
    path.touch(mode=0o600)
    path.write_bytes(account_file.read_bytes())
    return path


def changed(path: Path, **facts: object) -> Path:
    told = json.loads(path.read_text("utf-8")) | facts
    path.write_text(json.dumps({key: value for key, value in told.items() if value is not None}), "utf-8")
    return path


def test_nothing_configured_is_no_fault() -> None:
    assert load_account(Settings()) is None


def test_a_good_file_is_read_once_with_its_facts(copy: Path) -> None:
    account = load_account(settings(copy))
    assert account is not None
    assert account.issuer_id == ISSUER_ID
    assert account.email == "orion@sandbox.iam.gserviceaccount.com"
    assert not account.readable_by_others
    assert "PRIVATE KEY" not in repr(account)
    assert account.credentials.signer.key_id == account.key_id


def test_a_tilde_is_our_home(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(copy.parent))
    account = load_account(as_written("~/key.json"))
    assert account is not None
    assert account.path == copy


def sentence(configured: Settings) -> str:
    with pytest.raises(SettingsError) as refused:
        load_account(configured)
    text = str(refused.value)
    assert text.startswith("ORION_GOOGLE_WALLET_")
    assert "\n" not in text
    return text


def test_half_a_configuration_is_refused(copy: Path) -> None:
    assert "set both, or neither" in sentence(settings(copy, google_wallet_issuer_id=""))
    assert "set both, or neither" in sentence(settings(""))
    assert "is a number" in sentence(settings(copy, google_wallet_issuer_id="fashion"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert f"there is no file {tmp_path / 'gone.json'}" in sentence(settings(tmp_path / "gone.json"))
    with pytest.raises(SettingsError, match=r"^ORION_GOOGLE_WALLET_SERVICE_ACCOUNT_FILE names nobody's home"):
        as_written("~nobody-of-that-name/key.json")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "cannot be read" in sentence(settings(tmp_path))


@pytest.mark.parametrize("content", [b"", b"not json", b"\xff\xfe\x00", b"{"])
def test_a_file_that_is_no_json_is_refused(copy: Path, content: bytes) -> None:
    copy.write_bytes(content)
    assert "is not JSON" in sentence(settings(copy))


@pytest.mark.parametrize("facts", [{"type": "authorized_user"}, {"type": None}])
def test_another_kind_of_key_is_refused(copy: Path, facts: dict[str, Any]) -> None:
    assert "not the key of a service account" in sentence(settings(changed(copy, **facts)))


def test_a_list_is_no_key(copy: Path) -> None:
    copy.write_text("[]", "utf-8")
    assert "not the key of a service account" in sentence(settings(copy))


@pytest.mark.parametrize("field", ["client_email", "private_key"])
def test_a_key_with_a_gap_is_refused(copy: Path, field: str) -> None:
    assert f"has no {field}" in sentence(settings(changed(copy, **{field: None})))


def test_a_key_that_does_not_parse_is_refused_without_quoting_it(copy: Path) -> None:
    broken = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0IG9mIG91cnM=\n-----END PRIVATE KEY-----\n"
    text = sentence(settings(changed(copy, private_key=broken)))
    assert "cannot be used" in text
    assert "c2VjcmV0" not in text


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: str = "") -> str:
    locked = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()


@pytest.mark.parametrize(
    ("pem", "fault"),
    [
        (pem_of(ec.generate_private_key(ec.SECP256R1())), "is not an RSA key of 2048 bits"),
        (pem_of(rsa.generate_private_key(65537, 1024)), "is not an RSA key of 2048 bits"),
        (pem_of(ec.generate_private_key(ec.SECP256R1()), "x"), "is locked with a password"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be used"),
    ],
    ids=["elliptic", "short", "locked", "certificate"],
)
def test_a_key_that_google_would_not_take_is_refused_at_the_start(copy: Path, pem: str, fault: str) -> None:
    text = sentence(settings(changed(copy, private_key=pem)))
    assert fault in text
    assert "download it again" in text


def test_what_passing_a_key_on_does_to_its_line_breaks_does_no_harm(copy: Path) -> None:
    pem: str = json.loads(copy.read_text("utf-8"))["private_key"]
    for spoilt in (pem.replace("\n", "\\n"), pem.replace("\n", " "), indent(pem, "  ")):
        assert load_account(settings(changed(copy, private_key=spoilt))) is not None


def test_a_file_that_went_through_a_windows_editor_is_read(copy: Path) -> None:
    copy.write_bytes(b"\xef\xbb\xbf" + copy.read_bytes().replace(b"\n", b"\r\n"))
    assert load_account(settings(copy)) is not None


def test_a_file_open_to_others_is_a_warning_and_an_error_in_production(copy: Path) -> None:
    copy.chmod(0o640)
    account = load_account(settings(copy))
    assert account is not None
    assert account.readable_by_others
    assert "chmod 600" in sentence(settings(copy, environment="production"))
    copy.chmod(0o600)
    assert load_account(settings(copy, **PUBLIC)) is not None


def test_without_a_public_address_production_does_not_start(copy: Path) -> None:
    """Google would show a card without its pictures, or none at all."""
    for address in ("", "http://api.cards.example"):
        with pytest.raises(SettingsError, match="ORION_BACKEND_PUBLIC_URL must begin with https://"):
            check_wallet_files(settings(copy, **PUBLIC | {"backend_public_url": address}))
    check_wallet_files(settings(copy, **PUBLIC))


def test_the_step_that_failed_is_known(copy: Path) -> None:
    copy.write_text("no", "utf-8")
    with pytest.raises(AccountError) as refused:
        load_account(settings(copy))
    assert refused.value.step == KEY_PARSES


def test_the_age_of_the_key_is_that_of_its_file(copy: Path) -> None:
    then = datetime(2026, 8, 1, 12, tzinfo=UTC)
    os.utime(copy, (then.timestamp(), then.timestamp()))
    account = load_account(settings(copy))
    assert account is not None
    assert account.key_age_days(then + timedelta(days=92, hours=23)) == 92


def test_a_rotated_key_is_another_mark(copy: Path, tmp_path: Path) -> None:
    before = load_account(settings(copy))
    after = load_account(settings(changed(copy, private_key_id="another")))
    assert before is not None
    assert after is not None
    assert before.mark != after.mark


@pytest.mark.slow
def test_google_auth_needs_no_requests_at_run_time() -> None:
    code = "import sys, backend.wallets.google.open; sys.exit('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
