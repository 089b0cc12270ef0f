"""Hashes of passwords and PINs that take microseconds in place of 30 ms."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher

from backend.core import hashing

STRONG = hashing._hasher
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@contextmanager
def cheap_hashes() -> Iterator[None]:
    """In this process; those that tests start hash as in production."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "_hasher", CHEAP)
        patch.setattr(hashing, "_dummy_hash", CHEAP.hash("nobody has this password"))
        yield
