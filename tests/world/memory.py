"""A folder in memory for the servers' data: on a busy disk, a database of a test's own takes half a second."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
PREFIX = "orion-tests-"
ROOM_BYTES = 2 * 1024**3
"""Several times what one test process needs. A container may have 64 MB there."""


@contextmanager
def quick_folder(on_disk: Path) -> Iterator[Path]:
    """The other folder where memory has no room."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        yield on_disk
        return
    _clear()
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=MEMORY, ignore_cleanup_errors=True) as name, _held(Path(name)):
        yield Path(name)


def _clear() -> None:
    """Removes what killed processes have left."""
    for folder in MEMORY.glob(f"{PREFIX}*"):
        try:
            with _held(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # somebody holds it


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Raises OSError when another process holds it; the end of a process lets go."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
