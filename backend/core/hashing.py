"""Password and PIN hashes: argon2id. Each takes about 30 ms, so they run in two threads beside the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw

TIME_COST, MEMORY_KIB, PARALLELISM = 2, 19 * 1024, 1

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=PARALLELISM)
_dummy_hash = _hasher.hash("nobody has this password")


def hash_now(secret: str | bytes) -> str:
    """Blocks for about 30 ms; for seeds and commands only."""
    return _hasher.hash(secret)


async def hash_secret(secret: str | bytes) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, secret)


def stretch_now(secret: bytes, salt: bytes) -> bytes:
    """32 bytes of argon2id, to derive a key from. Blocks as `hash_now` does."""
    return hash_secret_raw(secret, salt, TIME_COST, MEMORY_KIB, PARALLELISM, 32, Type.ID)


async def stretch(secret: bytes, salt: bytes) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_threads, stretch_now, secret, salt)


async def verify_secret(stored: str | None, secret: str | bytes) -> bool:
    """Takes as long when `stored` is None, so that timing does not reveal whether an account exists."""
    matches = await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored or _dummy_hash, secret)
    return matches and bool(stored)


def _verify(stored: str, secret: str | bytes) -> bool:
    try:
        return _hasher.verify(stored, secret)
    except (VerificationError, InvalidHashError):
        return False
