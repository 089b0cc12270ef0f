"""The sandbox never exists outside development, and never beside a real wallet."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from backend.core.settings import Settings, SettingsError, load_settings
from backend.dev.sandbox.app import create_app
from backend.dev.sandbox.environment import sandbox_values

DEVELOPMENT = Settings(secret_keys="k" * 32)
FOR_PRODUCTION = {
    "ORION_ENVIRONMENT": "production",
    "ORION_DATABASE_URL": "postgresql://somebody@/shop",
    "ORION_REDIS_URL": "redis://somewhere",
    "ORION_SECRET_KEYS": "4be1a7d05c93f28e6b70d1c94f3a825e",
    "ORION_PUBLIC_URL": "https://cards.example",
}


@pytest.mark.parametrize("environment", ["production", "test"])
def test_no_other_process_is_led_to_it_outside_development(environment: str, tmp_path: Path) -> None:
    assert sandbox_values(replace(DEVELOPMENT, environment=environment), tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("environment", ["production", "test"])
def test_it_does_not_start_outside_development(environment: str) -> None:
    with pytest.raises(SettingsError, match="for development"):
        create_app(replace(DEVELOPMENT, environment=environment, sandbox_url="http://127.0.0.1:8070"))


def test_a_production_that_is_led_to_it_does_not_start() -> None:
    assert load_settings(FOR_PRODUCTION).environment == "production"
    with pytest.raises(SettingsError, match="ORION_SANDBOX_URL"):
        load_settings(FOR_PRODUCTION | {"ORION_SANDBOX_URL": "http://127.0.0.1:8070"})


@pytest.mark.parametrize(
    "real",
    [
        {"google_wallet_issuer_id": "338", "google_wallet_service_account_file": "key.json"},
        {"apple_wallet_dir": "/etc"},
    ],
    ids=["Google", "Apple"],
)
def test_a_developer_with_a_real_wallet_gets_none_beside_it(real: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "signer.pem").touch()
    real = {name: str(tmp_path) if value == "/etc" else value for name, value in real.items()}
    assert sandbox_values(replace(DEVELOPMENT, **real), tmp_path / "data") == {}


def test_keys_and_certificates_are_made_once_and_private(tmp_path: Path) -> None:
    first = sandbox_values(DEVELOPMENT, tmp_path)
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    again = sandbox_values(DEVELOPMENT, tmp_path)
    assert again.keys() == first.keys()
    assert {path: path.read_bytes() for path in kept} == kept
    assert {path.stat().st_mode & 0o77 for path in kept if path.suffix in {".key", ".json"}} == {0}
    assert load_settings(dict(os.environ) | first).sandbox_url == first["ORION_SANDBOX_URL"]
