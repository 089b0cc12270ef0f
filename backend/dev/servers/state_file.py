"""The state file of running development servers, from which other `orion` commands read the servers' addresses."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from backend.dev.servers.mail_tls import TRUSTED
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
"""Variables that belong together, by the first one: when it is set, none of them is taken from the state file."""


class DevState(msgspec.Struct, frozen=True):
    """`pid`: the launcher's. `environment`: the `ORION_` variables of its children, without the secret keys."""

    pid: int
    environment: dict[str, str]


def state_path(data_dir: Path) -> Path:
    """`dev.json`; it exists only while the launcher runs."""
    return data_dir / "dev.json"


def write_state(data_dir: Path, environment: Mapping[str, str]) -> None:
    """Writes the file, readable only by its owner: a URL may contain a password."""
    values = {name: value for name, value in environment.items() if name != "ORION_SECRET_KEYS"}
    content = msgspec.json.format(msgspec.json.encode(DevState(os.getpid(), values)))
    _write_private(state_path(data_dir), content + b"\n")


def remove_state(data_dir: Path) -> None:
    """Does nothing when there is no file."""
    state_path(data_dir).unlink(missing_ok=True)


def find_running(data_dir: Path) -> DevState | None:
    """The state of the development servers that run on the folder now."""
    try:
        state = msgspec.json.decode(state_path(data_dir).read_bytes(), type=DevState)
        os.kill(state.pid, 0)
    except (OSError, msgspec.DecodeError):
        return None
    return state


def load_dev_environment() -> None:
    """Adds the missing variables of running development servers. Does nothing outside development."""
    if os.environ.get("ORION_ENVIRONMENT", "development") != "development":
        return
    state = next(filter(None, map(find_running, _folders())), None)
    if state is None:
        return
    os.environ.update(_missing(state.environment, os.environ))
    os.environ.setdefault("ORION_SECRET_KEYS", secret_keys(Path(state.environment["ORION_DATA_DIR"])))


def _folders() -> list[Path]:
    data_dir = os.environ.get("ORION_DATA_DIR", "")
    try:
        return [Path(expanded(data_dir))] if data_dir.strip() else [Path(".orion"), PROJECT / ".orion"]
    except ValueError:
        return []  # reported when the settings are loaded


def _missing(values: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    reserved = {name for first, names in SERVER_NAMES.items() if first in environ for name in names}
    # The bundle of the running servers has everything that the one in the environment has.
    is_free = {name for name in values if name not in environ or name == TRUSTED}
    return {name: value for name, value in values.items() if name in is_free - reserved}


def secret_keys(data_dir: Path) -> str:
    """The development installation's secret key, created on first use."""
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
