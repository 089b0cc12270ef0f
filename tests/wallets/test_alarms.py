"""Alarms about certificates that expire and keys that are old."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from backend.core.clock import clock
from backend.core.settings import Settings
from backend.dev.sandbox.apple.pki import ApplePki
from backend.dev.sandbox.google.account import ISSUER_ID, write_account
from backend.operations.task_runs.actions import Progress
from backend.operations.wallets.alarms import check_certificates, warned_at
from tests.conftest import LogLines


@pytest.fixture(scope="module")
def pki() -> ApplePki:
    return ApplePki.make()


def alarms(settings: Settings) -> dict[str, str]:
    progress = Progress()
    check_certificates(settings, progress)
    return progress.failures


@pytest.mark.parametrize(
    ("days", "threshold"),
    [(61, None), (60, 60), (31, 60), (30, 30), (15, 30), (14, 14), (8, 14), (7, 7), (1, 7), (0, 7), (-5, 7)],
)
def test_the_nearest_threshold_that_was_passed_is_named(days: int, threshold: int | None) -> None:
    assert warned_at(days) == threshold


def test_a_certificate_is_told_from_sixty_days_before_its_end(
    tmp_path: Path, pki: ApplePki, log_lines: LogLines
) -> None:
    folder = pki.write(tmp_path, pki.wwdr.pass_certificate(pki.key, life=timedelta(days=75, hours=1)))
    settings = Settings(environment="test", apple_wallet_dir=str(folder), backend_public_url="https://orion.test")
    assert alarms(settings) == {}
    clock.move(timedelta(days=16))
    assert "Ends in 58 days" in alarms(settings)["apple_certificate"]
    (line,) = [line for line in log_lines() if line["event"] == "wallet_certificate_alarm"]
    assert (line["what"], line["kind"], line["days"]) == ("apple_certificate", "ending", 58)
    ends = REGISTRY.get_sample_value("orion_cert_expiry_timestamp_seconds", {"cert": "apple_pass"})
    assert ends is not None
    assert abs(ends - (clock.now() + timedelta(days=59)).timestamp()) < 2 * 86400
    clock.move(timedelta(days=70))
    assert "expired" in alarms(settings)["apple_certificate"]


def test_files_that_are_broken_are_an_alarm_too(tmp_path: Path, pki: ApplePki) -> None:
    folder = pki.write(tmp_path)
    (folder / "signer.key").write_text("nonsense")
    settings = Settings(environment="test", apple_wallet_dir=str(folder), backend_public_url="https://orion.test")
    assert alarms(settings)["apple_certificate"] == "signer.key is not an RSA key."


def test_a_key_of_ninety_days_is_told(tmp_path: Path) -> None:
    path = write_account(tmp_path / "key.json")
    settings = Settings(
        environment="test", google_wallet_issuer_id=ISSUER_ID, google_wallet_service_account_file=str(path)
    )
    assert alarms(settings) == {}
    for days, is_old in ((89, False), (91, True)):
        then = (clock.now() - timedelta(days=days)).timestamp()
        os.utime(path, (then, then))
        assert bool(alarms(settings)) == is_old
    path.write_text("{}")
    assert "not the key of a service account" in alarms(settings)["google_key"]
