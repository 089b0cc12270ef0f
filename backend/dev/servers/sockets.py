"""Where the servers' unix sockets are."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from backend.dev.servers.errors import EmbeddedServerError
from backend.dev.servers.launch import ordinary_account

SOCKET_PATH_LIMIT = 107
"""Bytes; the kernel's own."""
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432.lock"
SAFE_IN_A_URL = re.compile(r"[A-Za-z0-9/._-]+")


def socket_directory(data_dir: Path) -> Path:
    """Inside the data folder, or under the system's temporary folder when its path is too long or unfit for a URL."""
    inside = data_dir / "socket"
    fits = len(os.fsencode(inside)) + len(LONGEST_SOCKET_NAME) <= SOCKET_PATH_LIMIT
    if fits and SAFE_IN_A_URL.fullmatch(str(inside)):
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"orion-{os.getuid()}-{digest}"


def private_directory(path: Path) -> None:
    """Creates a folder that only we can enter; refuses one that somebody else has put there."""
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid not in _ours():
        raise EmbeddedServerError(f"{path} belongs to somebody else: remove it or set TMPDIR to a folder of yours.")
    path.chmod(0o700)


def _ours() -> set[int]:
    # Started by root, PostgreSQL may run under an ordinary account, to which the folder then belongs.
    return {os.getuid()} if os.getuid() else {0, ordinary_account().pw_uid}
