"""Files that settings name. What is wrong with one never shows the setting's value: it may be the secret itself."""

import ssl
from pathlib import Path

from environment.reading import SettingsError


def read_named(setting: str, told: str) -> bytes:
    """Raises SettingsError."""
    try:
        return Path(told).read_bytes()
    except (OSError, ValueError) as error:
        raise SettingsError(f"{setting}: {why_unreadable(told, error)}.") from None


def why_unreadable(told: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        what = f"there is no file {told}" if leads_somewhere(told) else "there is no such file"
    else:
        reason = (error.strerror if isinstance(error, OSError) else None) or "not a path"
        what = f"{shown(told)} cannot be read ({reason})"
    return f"{what}; it takes a file's path, not what is in the file"


def shown(told: str) -> str:
    return told if leads_somewhere(told) else "the file"


def leads_somewhere(told: str) -> bool:
    """Into a folder that exists: then it is a path, and no secret pasted in its place."""
    try:
        path = Path(told)
        return path.exists() or (path.parent not in {Path("/"), Path()} and path.parent.is_dir())
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Also of what is no path at all, such as the content of a file."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_authorities(setting: str, told: str) -> None:
    """A file of certificates to trust, looked at as it will be used. Raises SettingsError."""
    read_named(setting, told)
    if not _are_certificates(told):
        raise SettingsError(f"{setting}: {shown(told)} holds no certificates as PEM.")


def _are_certificates(path: str) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(path)
    except (ssl.SSLError, ValueError):
        return False
    return context.cert_store_stats()["x509"] > 0


def check_pair(setting: str, certificate: str, key: str, password: str = "") -> None:
    """A certificate that shows who we are, with its key, which may be in the same file. Raises SettingsError."""
    try:
        # Without a password OpenSSL would ask for one at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key or None, lambda: password)
    except (ssl.SSLError, ValueError):
        raise SettingsError(
            f"{setting}: {shown(certificate)} and its key are no certificate with its key, as PEM, "
            "or no password opens the key."
        ) from None
