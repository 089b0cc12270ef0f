"""Password and PIN hashes: argon2id. Each takes about 30 ms, so they run in two threads beside the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_dummy_hash = _hasher.hash("nobody has this password")


def hash_now(secret: str | bytes) -> str:
    """Blocks for about 30 ms; for seeds and commands only."""
    return _hasher.hash(secret)


async def hash_secret(secret: str | bytes) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, secret)


async def verify_secret(stored: str | None, secret: str | bytes) -> bool:
    """Takes as long when `stored` is None, so that timing does not reveal whether an account exists."""
    matches = await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored or _dummy_hash, secret)
    return matches and bool(stored)


def _verify(stored: str, secret: str | bytes) -> bool:
    try:
        return _hasher.verify(stored, secret)
    except (VerificationError, InvalidHashError):
        return False
