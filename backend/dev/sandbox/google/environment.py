"""The `ORION_` variables that make the processes use the fake Google."""

from pathlib import Path

from backend.core.settings import Settings
from backend.dev.ports import free_port
from backend.dev.sandbox.google.account import ISSUER_ID, write_account
from backend.wallets.google.account import is_configured

PORT = 8070
HOST = "127.0.0.1"


def google_values(settings: Settings, data_dir: Path) -> dict[str, str]:
    """Empty when the developer has configured a real issuer."""
    if is_configured(settings):
        return {}
    folder = data_dir / "sandbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = folder / "google-service-account.json"
    url = f"http://{HOST}:{free_port(HOST, PORT)}"
    return {
        "ORION_GOOGLE_WALLET_ISSUER_ID": ISSUER_ID,
        "ORION_GOOGLE_WALLET_SERVICE_ACCOUNT_FILE": str(key if key.exists() else write_account(key)),
        "ORION_GOOGLE_WALLET_API_URL": url,
        "ORION_GOOGLE_OAUTH_TOKEN_URL": f"{url}/token",
        "ORION_GOOGLE_WALLET_SAVE_URL": f"{url}/gp/v/save",
        "ORION_GOOGLE_WALLET_KEYS_URL": f"{url}/gp/m/issuer/keys",
    }
