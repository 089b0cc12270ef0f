"""Checks of files that settings name. An error shows the value only when it is a path: it may be a pasted secret."""

import ssl
from pathlib import Path

from environment.reading import SettingsError


def read_named(setting: str, value: str) -> bytes:
    """Raises SettingsError."""
    try:
        return Path(value).read_bytes()
    except (OSError, ValueError) as error:
        raise SettingsError(f"{setting}: {_why_unreadable(value, error)}.") from None


def _why_unreadable(value: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        sentence = f"there is no file {value}" if _is_path(value) else "there is no such file"
    else:
        reason = (error.strerror if isinstance(error, OSError) else None) or "not a path"
        sentence = f"{_quotable(value)} cannot be read ({reason})"
    return f"{sentence}; it takes a file's path, not what is in the file"


def _quotable(value: str) -> str:
    return value if _is_path(value) else "the file"


def _is_path(value: str) -> bool:
    """Whether the value names something in an existing folder, so that it is not a pasted secret."""
    try:
        path = Path(value)
        return path.exists() or (path.parent not in {Path("/"), Path()} and path.parent.is_dir())
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """False, too, for what is not a path, such as the content of a file."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_authorities(setting: str, value: str) -> None:
    """Checks a file of trusted certificates by loading it into a TLS context. Raises SettingsError."""
    read_named(setting, value)
    if not _has_certificates(value):
        raise SettingsError(f"{setting}: {_quotable(value)} holds no certificates as PEM.")


def _has_certificates(path: str) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(path)
    except (ssl.SSLError, ValueError):
        return False
    return context.cert_store_stats()["x509"] > 0


def check_pair(setting: str, certificate: str, key: str, password: str = "") -> None:
    """Checks a client certificate and its key, which may be in the same file. Raises SettingsError."""
    try:
        # Without a password callback OpenSSL prompts for one at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key or None, lambda: password)
    except (ssl.SSLError, ValueError):
        raise SettingsError(
            f"{setting}: {_quotable(certificate)} and its key are no certificate with its key, as PEM, "
            "or no password opens the key."
        ) from None
