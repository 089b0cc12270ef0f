"""Stamps: what takes minutes is checked by a target of its own, which writes one; `make test` compares it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec


class Stamp(msgspec.Struct, frozen=True):
    inputs: str
    """Of everything that decides the outcome."""
    passed: list[str]


def digest(parts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp(path: Path) -> Stamp:
    return msgspec.json.decode(path.read_bytes(), type=Stamp)


def write_stamp(path: Path, stamp: Stamp) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(stamp)) + b"\n")
