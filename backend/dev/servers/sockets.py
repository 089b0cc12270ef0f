"""Folders for the servers' unix sockets."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from backend.dev.servers.errors import EmbeddedServerError
from backend.dev.servers.launch import ordinary_account

SOCKET_PATH_LIMIT = 107
"""Bytes; the kernel's limit."""
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432.lock"
SAFE_IN_A_URL = re.compile(r"[A-Za-z0-9/._-]+")


def socket_directory(data_dir: Path) -> Path:
    """A folder inside the data folder; in the temporary folder when that path is too long or not URL-safe."""
    inside = data_dir / "socket"
    fits = len(os.fsencode(inside)) + len(LONGEST_SOCKET_NAME) <= SOCKET_PATH_LIMIT
    if fits and SAFE_IN_A_URL.fullmatch(str(inside)):
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"orion-{os.getuid()}-{digest}"


def private_directory(path: Path) -> None:
    """Creates a folder with mode 0700. Raises EmbeddedServerError when it belongs to another user or is a link."""
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid not in _accepted_owners():
        raise EmbeddedServerError(f"{path} belongs to somebody else: remove it or set TMPDIR to a folder of yours.")
    path.chmod(0o700)


def _accepted_owners() -> set[int]:
    # Started by root, PostgreSQL may run under an ordinary account, which then owns the folder.
    return {os.getuid()} if os.getuid() else {0, ordinary_account().pw_uid}
