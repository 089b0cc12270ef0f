"""Starts a program that ends with its parent and, on request, does not run as root.

The steps between fork and exec run in this file as a script, and not in `preexec_fn`, which may deadlock when the
parent has threads: `python -I -S launch.py PARENT SIGNAL IDENTITY PROGRAM ARGUMENTS...`. It imports only the standard
library.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

Identity = Literal["same", "namespace", "account"]
"""`same`: unchanged. `namespace`: a user namespace in which our uid is mapped to an ordinary one.
`account`: another account of this machine, with the capability to access every file."""

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CLONE_NEWUSER = 0x10000000
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1


def tethered(
    command: Sequence[str], *, death_signal: signal.Signals = signal.SIGTERM, identity: Identity = "same"
) -> list[str]:
    """A command line that starts `command` so that it gets `death_signal` when the thread that started it ends.

    Start long-running programs from the main thread. Outside Linux the program is not tied to its parent.
    """
    prefix = [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(death_signal.value), identity]
    return [*prefix, *command]


def ordinary_account() -> pwd.struct_passwd:
    """An account of this machine other than root. It must exist: programs look up their uid."""
    accounts = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    return next((entry for entry in accounts if entry.pw_name == "nobody"), accounts[0])


def main() -> None:
    """Changes the identity, ties the process to its parent and replaces it with the program."""
    parent, death_signal, identity, program, *arguments = sys.argv[1:]
    if identity == "namespace":
        _enter_namespace()
    elif identity == "account":
        _become_account()
    _tie_to(int(parent), int(death_signal))
    os.execvp(program, [program, *arguments])  # noqa: S606 - no shell is wanted


def _tie_to(parent: int, death_signal: int) -> None:
    # After the change of identity, which clears the death signal.
    if sys.platform == "linux":
        _call("prctl", PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent has already ended")


def _enter_namespace() -> None:
    uid, gid, account = os.getuid(), os.getgid(), ordinary_account()
    _call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{account.pw_uid} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{account.pw_gid} {gid} 1", encoding="ascii")


def _become_account() -> None:
    account = ordinary_account()
    _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    _keep_file_access()


def _keep_file_access() -> None:
    """Keeps CAP_DAC_OVERRIDE: the project may be in root's home, which other accounts cannot enter."""
    mask = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    _call("capset", header, effective_permitted_inheritable)
    _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def _call(name: str, *arguments: object) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


if __name__ == "__main__":
    main()
