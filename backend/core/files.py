"""Files that settings name. What is wrong with one never shows the setting's value: it may be the secret itself."""

import ssl
from pathlib import Path

from environment.reading import SettingsError


def read_named(setting: str, told: str) -> bytes:
    """Raises SettingsError."""
    try:
        return named_path(told).read_bytes()
    except (OSError, ValueError, RuntimeError) as error:
        raise SettingsError(f"{setting}: {why_unreadable(told, error)}.") from None


def named_path(told: str) -> Path:
    """Raises RuntimeError for somebody's home that is nobody's."""
    return Path(told).expanduser()


def why_unreadable(told: str, error: Exception) -> str:
    if isinstance(error, RuntimeError):
        return "it names nobody's home"
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
        path = named_path(told)
        return path.exists() or (path.parent not in {Path("/"), Path()} and path.parent.is_dir())
    except (OSError, ValueError, RuntimeError):
        return False


def is_folder(path: Path) -> bool:
    """Also of what is no path at all, such as the content of a file."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_authorities(setting: str, told: str) -> None:
    """A file of certificates to trust. Raises SettingsError."""
    content = read_named(setting, told)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=content.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise SettingsError(f"{setting}: {shown(told)} holds no certificates as PEM.") from None
