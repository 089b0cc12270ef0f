"""What the stamp of `make clients` depends on: the document, the locks, the rules and all that is in this folder."""

from pathlib import Path

from tests.clients.collection import COLLECTION
from tests.clients.tools import DOCUMENT, HERE, RECEIVERS, ROOT
from tests.stamps import digest

STAMP = HERE / "stamp.json"
OUTSIDE = [
    DOCUMENT,
    COLLECTION,
    ROOT / ".spectral.yaml",
    ROOT / "redocly.yaml",
    ROOT / ".redocly.lint-ignore.yaml",
    ROOT / ".ci" / "clients",
    *(path for path in RECEIVERS.iterdir() if path.is_file()),
]


def inputs() -> str:
    inside = [path for path in HERE.rglob("*") if path.is_file() and path.suffix != ".pyc" and path != STAMP]
    files = sorted({*OUTSIDE, *inside})
    return digest(part for file in files for part in (_name(file), file.read_bytes()))


def _name(file: Path) -> bytes:
    return str(file.relative_to(ROOT)).encode()
