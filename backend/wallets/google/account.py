"""The service account that speaks to Google for us: read and judged once, when a process starts."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from google.oauth2.service_account import Credentials

from backend.core.files import read_named
from backend.core.settings import Settings, SettingsError

SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
KEY_AGE_MAX = timedelta(days=90)
"""Google's keys do not expire; it advises to replace them this often."""
FILE_SETTING, ISSUER_SETTING = "ORION_GOOGLE_WALLET_SERVICE_ACCOUNT_FILE", "ORION_GOOGLE_WALLET_ISSUER_ID"
FILE_READABLE, KEY_PARSES = "file_readable", "key_parses"
KEY_BITS_MIN = 2048
FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class AccountError(SettingsError):
    """`step`: where it failed, as `checks` names it."""

    def __init__(self, step: str, sentence: str) -> None:
        super().__init__(sentence)
        self.step = step


class Account(msgspec.Struct, frozen=True):
    """`credentials` hold the parsed key: loading it costs 40 ms, so it is done once per process."""

    issuer_id: str
    email: str
    key_id: str
    path: Path
    readable_by_others: bool
    file_changed_at: datetime
    """Google's file does not say when its key was made; the file's own age is the nearest thing to it."""
    credentials: Any

    @property
    def mark(self) -> str:
        """Changes when the key or the issuer does."""
        return f"{self.issuer_id}:{self.key_id}"

    def key_age_days(self, now: datetime) -> int:
        """Of the file: a key that was copied here later is older than this."""
        return max(0, (now - self.file_changed_at).days)

    def __repr__(self) -> str:
        return f"Account({self.email})"  # without the key


def is_configured(settings: Settings) -> bool:
    """At least by half, which is then refused."""
    return bool(settings.google_wallet_service_account_file or settings.google_wallet_issuer_id)


def has_public_address(settings: Settings) -> bool:
    """Google fetches pictures over https only, and tells of saved passes there; the sandbox does with this machine."""
    is_sandbox = settings.environment != "production" and not settings.google_wallet_api_url.startswith("https:")
    return is_sandbox or settings.api_url.startswith("https://")


def load_account(settings: Settings) -> Account | None:
    """For a process that starts. Raises what `read_account` does, and in production without a public address."""
    account = read_account(settings)
    if account is not None and settings.environment == "production" and not has_public_address(settings):
        raise SettingsError(
            "ORION_BACKEND_PUBLIC_URL must begin with https://: Google fetches a pass's pictures from nowhere else."
        )
    return account


def read_account(settings: Settings) -> Account | None:
    """None when nothing is configured. Raises AccountError, one sentence, when what is configured cannot work."""
    if not is_configured(settings):
        return None
    _refuse_halves(settings)
    path, text = _read(settings.google_wallet_service_account_file)
    facts = _decoded(path, text)
    state = path.stat()
    readable_by_others = bool(state.st_mode & FOR_OTHERS)
    if readable_by_others and settings.environment == "production":
        raise AccountError(FILE_READABLE, f"{FILE_SETTING}: {path} can be read by others; run `chmod 600 {path}`.")
    return Account(
        issuer_id=settings.google_wallet_issuer_id,
        email=facts["client_email"],
        key_id=facts.get("private_key_id", ""),
        path=path,
        readable_by_others=readable_by_others,
        file_changed_at=datetime.fromtimestamp(state.st_mtime, UTC),
        credentials=_credentials(path, facts, settings.google_oauth_token_url),
    )


def _refuse_halves(settings: Settings) -> None:
    if not settings.google_wallet_issuer_id:
        raise AccountError(
            FILE_READABLE, f"{ISSUER_SETTING} is not set although {FILE_SETTING} is: set both, or neither."
        )
    if not settings.google_wallet_service_account_file:
        raise AccountError(
            FILE_READABLE, f"{FILE_SETTING} is not set although {ISSUER_SETTING} is: set both, or neither."
        )
    if not settings.google_wallet_issuer_id.isdigit():
        raise AccountError(FILE_READABLE, f"{ISSUER_SETTING} is a number, as the Google Pay & Wallet Console shows it.")


def _read(told: str) -> tuple[Path, str]:
    try:
        content = read_named(FILE_SETTING, told)
    except SettingsError as error:
        raise AccountError(FILE_READABLE, str(error)) from None
    path = Path(told)
    try:
        return path, content.decode("utf-8-sig")  # Windows' editors begin a file with a mark
    except UnicodeDecodeError as error:
        raise AccountError(KEY_PARSES, f"{FILE_SETTING}: {path} is not JSON.") from error


def _decoded(path: Path, text: str) -> dict[str, str]:
    try:
        facts = json.loads(text)
    except ValueError as error:
        raise AccountError(KEY_PARSES, f"{FILE_SETTING}: {path} is not JSON.") from error
    if not isinstance(facts, dict) or facts.get("type") != "service_account":
        raise AccountError(KEY_PARSES, f"{FILE_SETTING}: {path} is JSON, but not the key of a service account.")
    for name in ("client_email", "private_key"):
        if not isinstance(facts.get(name), str) or not facts[name]:
            raise AccountError(KEY_PARSES, f"{FILE_SETTING}: {path} has no {name}; download the key again.")
    return facts


def _credentials(path: Path, facts: dict[str, str], token_url: str) -> Any:
    # Whoever has passed the file on through a variable may have written its line breaks twice.
    pem = facts["private_key"].replace("\\n", "\n")
    _check_key(path, pem)
    return Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
        facts | {"private_key": pem, "token_uri": token_url}, scopes=[SCOPE]
    )


def _check_key(path: Path, pem: str) -> None:
    """Google signs with RSA only; its library would take another key and be refused at the first call."""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except TypeError as error:
        fault = f"the private key in {path} is locked with a password, as Google's never is; download it again."
        raise AccountError(KEY_PARSES, f"{FILE_SETTING}: {fault}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        # The library's own words may quote what it has read.
        raise AccountError(
            KEY_PARSES, f"{FILE_SETTING}: the private key in {path} cannot be used; download it again."
        ) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < KEY_BITS_MIN:
        raise AccountError(
            KEY_PARSES,
            f"{FILE_SETTING}: the private key in {path} is not an RSA key of {KEY_BITS_MIN} bits, as Google's are;"
            " download it again.",
        )
