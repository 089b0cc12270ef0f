"""The `ORION_` variables that make the processes use the sandbox instead of Google and Apple."""

from datetime import timedelta
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate

from backend.core.clock import clock
from backend.core.settings import Settings
from backend.dev.ports import free_port
from backend.dev.sandbox.apple.pki import ROOT, ApplePki
from backend.dev.sandbox.google.environment import HOST, google_values
from backend.wallets.apple.certificates import SIGNER
from backend.wallets.apple.certificates import is_configured as has_apple

SANDBOX, GOOGLE = "ORION_SANDBOX_URL", "ORION_GOOGLE_WALLET_API_URL"
FOLDER, APPLE = "sandbox", "apple"
APNS_PORT = 8071
"""Preferred; another port is used when it is taken."""
RENEWED_BEFORE = timedelta(days=60)


def sandbox_values(settings: Settings, data_dir: Path) -> dict[str, str]:
    """Empty outside development, and when the developer has configured a real wallet.

    Keys and certificates are created at the first call and kept, so that passes of an earlier run stay valid.
    """
    if settings.environment != "development" or has_apple(settings):
        return {}
    google = google_values(settings, data_dir)
    return google | {SANDBOX: google[GOOGLE]} | _apple_values(data_dir / FOLDER / APPLE) if google else {}


def _apple_values(folder: Path) -> dict[str, str]:
    if not _is_valid(folder / SIGNER):
        ApplePki.make().write(folder)
    return {
        "ORION_APPLE_WALLET_DIR": str(folder),
        "ORION_APNS_URL": f"https://{HOST}:{free_port(HOST, APNS_PORT)}",
        "ORION_APNS_CA_FILE": str(folder / ROOT),
    }


def _is_valid(path: Path) -> bool:
    """Whether the certificate exists and is valid for longer than RENEWED_BEFORE."""
    if not path.exists():
        return False
    return load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc > clock.now() + RENEWED_BEFORE
