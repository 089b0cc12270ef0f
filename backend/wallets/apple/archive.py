"""Zip archives of a few small files, without compression.

The standard library computes every checksum anew, which takes half as long as the signature of the pass. Here entries
keep their checksum, and most are shared by all passes of a design.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
VERSION = 20
NO_FLAGS, STORED = 0, 0
# 1980-01-01 00:00 for every file, so that equal passes have equal bytes.
TIME, DATE = 0, 0x21
_common = struct.Struct("<HHHHHIIIHH")
_central = struct.Struct("<HHHII")
_end = struct.Struct("<HHHHIIH")


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file with its header, which is the same in every archive."""

    body: bytes
    name: bytes
    facts: bytes

    @classmethod
    def of(cls, name: str, body: bytes) -> "ZipEntry":
        encoded, size = name.encode("ascii"), len(body)
        facts = _common.pack(VERSION, NO_FLAGS, STORED, TIME, DATE, crc32(body), size, size, len(encoded), 0)
        return cls(body, encoded, facts)


def zip_files(files: Mapping[str, bytes]) -> bytes:
    return zip_entries(ZipEntry.of(name, body) for name, body in files.items())


def zip_entries(entries: Iterable[ZipEntry]) -> bytes:
    parts: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for entry in entries:
        parts += (LOCAL, entry.facts, entry.name, entry.body)
        directory += (CENTRAL, b"\x14\x00", entry.facts, _central.pack(0, 0, 0, 0, offset), entry.name)
        offset += len(LOCAL) + len(entry.facts) + len(entry.name) + len(entry.body)
    listed = b"".join(directory)
    count = len(directory) // 5
    return b"".join((*parts, listed, END, _end.pack(0, 0, count, count, len(listed), offset, 0)))
