"""The note that running development servers leave for every other `orion` command."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from environment.values import expanded

PROJECT = Path(__file__).resolve().parents[3]
SERVER_NAMES = {
    "ORION_DATABASE_URL": ("ORION_DATABASE_URL", "ORION_DATABASE_OWNER_URL"),
    "ORION_REDIS_URL": ("ORION_REDIS_URL",),
    "ORION_GOOGLE_WALLET_ISSUER_ID": (
        "ORION_GOOGLE_WALLET_ISSUER_ID",
        "ORION_GOOGLE_WALLET_SERVICE_ACCOUNT_FILE",
        "ORION_GOOGLE_WALLET_API_URL",
        "ORION_GOOGLE_OAUTH_TOKEN_URL",
        "ORION_GOOGLE_WALLET_SAVE_URL",
        "ORION_GOOGLE_WALLET_KEYS_URL",
    ),
}
"""What is taken from the note when the first is unset: never one address of ours beside another's."""


class Running(msgspec.Struct, frozen=True):
    """`pid` is the launcher's; `environment` holds the `ORION_` values of its children, without the secret keys."""

    pid: int
    environment: dict[str, str]


def note_path(data_dir: Path) -> Path:
    """`dev.json`; it exists only while the launcher runs."""
    return data_dir / "dev.json"


def write_note(data_dir: Path, environment: Mapping[str, str]) -> None:
    """Readable by its owner only: an address may hold a password."""
    told = {name: value for name, value in environment.items() if name != "ORION_SECRET_KEYS"}
    content = msgspec.json.format(msgspec.json.encode(Running(os.getpid(), told)))
    _write_private(note_path(data_dir), content + b"\n")


def remove_note(data_dir: Path) -> None:
    """Quiet when it is already gone."""
    note_path(data_dir).unlink(missing_ok=True)


def find_running(data_dir: Path) -> Running | None:
    """The development servers that run on the folder now."""
    try:
        running = msgspec.json.decode(note_path(data_dir).read_bytes(), type=Running)
        os.kill(running.pid, 0)
    except (OSError, msgspec.DecodeError):
        return None
    return running


def load_dev_environment() -> None:
    """Fills what the environment leaves open from the running development servers; does nothing outside development."""
    if os.environ.get("ORION_ENVIRONMENT", "development") != "development":
        return
    running = next((found for folder in _folders() if (found := find_running(folder))), None)
    if running is None:
        return
    os.environ.update(_missing(running.environment, os.environ))
    os.environ.setdefault("ORION_SECRET_KEYS", secret_keys(Path(running.environment["ORION_DATA_DIR"])))


def _folders() -> list[Path]:
    given = os.environ.get("ORION_DATA_DIR", "")
    try:
        return [Path(expanded(given))] if given.strip() else [Path(".orion"), PROJECT / ".orion"]
    except ValueError:
        return []  # the settings say what is wrong with it


def _missing(told: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    reserved = {name for first, names in SERVER_NAMES.items() if first in given for name in names}
    return {name: value for name, value in told.items() if name not in given and name not in reserved}


def secret_keys(data_dir: Path) -> str:
    """The development installation's own key, made on first use."""
    path = data_dir / "secret_keys"
    if not path.exists():
        _write_private(path, secrets.token_hex(32).encode() + b"\n")
    return path.read_text(encoding="ascii").strip()


def _write_private(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.touch(mode=0o600)
    unfinished.chmod(0o600)
    unfinished.write_bytes(content)
    unfinished.replace(path)
