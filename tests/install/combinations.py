"""What the lock is installed with, and the stamp that says so."""

import hashlib
from pathlib import Path

import msgspec

from tests.install.lock import LOCK, ROOT, pyproject

STAMP = Path(__file__).parent / "stamp.json"
OLDEST_PIPS = {"3.11": "22.3", "3.12": "23.2.1", "3.13": "24.2"}
"""What the first release of each Python brings."""
IMAGE = "image"
COMBINATIONS = [
    *(f"Python {python}, pip {pip}" for python, pip in OLDEST_PIPS.items()),
    *(f"Python {python}, uv" for python in OLDEST_PIPS),
    IMAGE,
]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
CONCERNED = ("build-system", "project", "dependency-groups")


class Stamp(msgspec.Struct, frozen=True):
    inputs: str
    """Of everything that decides what is installed and how."""
    installed: list[str]


def inputs() -> str:
    told = pyproject()
    files = (LOCK, ROOT / ".ci" / "install", DOCKERFILE)
    parts = [file.read_bytes() for file in files]
    parts.append(msgspec.json.encode({name: told[name] for name in CONCERNED}, order="deterministic"))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp() -> Stamp:
    return msgspec.json.decode(STAMP.read_bytes(), type=Stamp)


def write_stamp(stamp: Stamp) -> None:
    STAMP.write_bytes(msgspec.json.format(msgspec.json.encode(stamp)) + b"\n")
