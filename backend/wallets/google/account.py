"""Our service account at Google. Its key file is read and checked once, when a process starts."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from google.auth.crypt import RSASigner
from google.oauth2.service_account import Credentials

from backend.core.files import read_named
from backend.core.settings import Settings, SettingsError

SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
KEY_AGE_MAX = timedelta(days=90)
"""Google's keys do not expire. Google advises to replace them after this time."""
FILE_SETTING, ISSUER_SETTING = "ORION_GOOGLE_WALLET_SERVICE_ACCOUNT_FILE", "ORION_GOOGLE_WALLET_ISSUER_ID"
FILE_READABLE, KEY_PARSES = "file_readable", "key_parses"
KEY_BITS_MIN = 2048
FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class AccountError(SettingsError):
    """`step`: the step of `checks` that has failed."""

    def __init__(self, step: str, message: str) -> None:
        super().__init__(message)
        self.step = step


class Account(msgspec.Struct, frozen=True):
    """`credentials` contain the parsed key. Parsing takes 40 ms, so it is done once per process."""

    issuer_id: str
    email: str
    key_id: str
    path: Path
    readable_by_others: bool
    file_changed_at: datetime
    """Used as the age of the key, because the file does not contain one."""
    credentials: Any

    @property
    def mark(self) -> str:
        """Identifies key and issuer."""
        return f"{self.issuer_id}:{self.key_id}"

    def key_age_days(self, now: datetime) -> int:
        """Of the file. A key that was copied later is older."""
        return max(0, (now - self.file_changed_at).days)

    def __repr__(self) -> str:
        return f"Account({self.email})"  # without the key


def is_configured(settings: Settings) -> bool:
    """True also for an incomplete configuration, which is then refused."""
    return bool(settings.google_wallet_service_account_file or settings.google_wallet_issuer_id)


def has_public_address(settings: Settings) -> bool:
    """Google fetches images and sends callbacks over https only. The sandbox of a developer needs no public address."""
    is_sandbox = settings.environment != "production" and not settings.google_wallet_api_url.startswith("https:")
    return is_sandbox or settings.api_url.startswith("https://")


def load_account(settings: Settings) -> Account | None:
    """Called when a process starts. Raises like `read_account`, and in production without a public address."""
    account = read_account(settings)
    if account is not None and settings.environment == "production" and not has_public_address(settings):
        raise SettingsError(
            "ORION_BACKEND_PUBLIC_URL must begin with https://: Google fetches a pass's pictures from nowhere else."
        )
    return account


def read_account(settings: Settings) -> Account | None:
    """None when nothing is configured. Raises AccountError, one sentence, when the configuration cannot work."""
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


def _read(file_name: str) -> tuple[Path, str]:
    try:
        content = read_named(FILE_SETTING, file_name)
    except SettingsError as error:
        raise AccountError(FILE_READABLE, str(error)) from None
    path = Path(file_name)
    try:
        return path, content.decode("utf-8-sig")  # editors on Windows write a byte order mark
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
    # Line breaks may be escaped twice when the file was passed through an environment variable.
    pem = facts["private_key"].replace("\\n", "\n")
    signer = RSASigner(_read_key(path, pem), facts.get("private_key_id"))  # type: ignore[no-untyped-call]
    return Credentials(  # type: ignore[no-untyped-call]
        signer, service_account_email=facts["client_email"], token_uri=token_url, scopes=[SCOPE]
    )


def _read_key(path: Path, pem: str) -> RSAPrivateKey:
    """Google accepts RSA only. Its library would accept another key, and fail at the first call."""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except TypeError as error:
        fault = f"the private key in {path} is locked with a password, as Google's never is; download it again."
        raise AccountError(KEY_PARSES, f"{FILE_SETTING}: {fault}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        # The library's message may quote the key.
        raise AccountError(
            KEY_PARSES, f"{FILE_SETTING}: the private key in {path} cannot be used; download it again."
        ) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < KEY_BITS_MIN:
        raise AccountError(
            KEY_PARSES,
            f"{FILE_SETTING}: the private key in {path} is not an RSA key of {KEY_BITS_MIN} bits, as Google's are;"
            " download it again.",
        )
    return key
