"""A key is replaced by replacing the file and restarting, and put back in the same way."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backend.dev.sandbox.google.account import write_account
from backend.services import Services
from backend.wallets.google.open import Google as GoogleParts
from backend.wallets.google.open import open_google
from backend.wallets.ports import Misconfigured
from tests.doubles.google import Google
from tests.wallets.google.conftest import SnapshotOf
from tests.world.passes import PlainImages


class KeyFile:
    """Where the process finds its key; `put` replaces it, `put_back` restores the one before."""

    def __init__(self, path: Path, first: Path) -> None:
        self.path = path
        self.path.touch(mode=0o600)
        self.put(first)

    def put(self, other: Path) -> None:
        self._before = self.path.read_bytes()
        self.path.write_bytes(other.read_bytes())

    def put_back(self) -> None:
        self.path.write_bytes(self._before)


Process = Callable[[], AbstractAsyncContextManager[GoogleParts | None]]


@pytest.fixture
def key_file(account_file: Path, tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "key.json", account_file)


@pytest.fixture
def process(google: Google, services: Services, redis: Any, key_file: KeyFile) -> Process:
    """What a start opens; its end is the end of the block."""
    settings = replace(google.settings(services.settings), google_wallet_service_account_file=str(key_file.path))
    return lambda: open_google(
        settings, pool=services.pool, sessions=services.sessions, redis=redis, images=PlainImages()
    )


async def test_a_new_key_is_used_after_the_restart_and_the_old_one_until_then(
    google: Google, process: Process, key_file: KeyFile, marie: SnapshotOf, tmp_path: Path
) -> None:
    rotated = google.rotate(tmp_path)
    async with process() as before:
        assert before is not None
        key_file.put(rotated)
        await before.wallet.push(marie())
        async with process() as after:
            assert after is not None
            assert after.account.key_id != before.account.key_id
            await after.wallet.push(marie(stamp_count=4))
            google.fake.tokens.revoke_all()
            await before.wallet.push(marie(stamp_count=5))


async def test_a_new_key_that_fails_is_undone_by_the_old_file(
    google: Google, process: Process, key_file: KeyFile, marie: SnapshotOf, tmp_path: Path
) -> None:
    key_file.put(write_account(tmp_path / "unknown.json"))
    async with process() as failing:
        assert failing is not None
        with pytest.raises(Misconfigured):
            await failing.wallet.push(marie())
        assert (await failing.breaker.state()).stopped_because is not None
    key_file.put_back()
    async with process() as restored:
        assert restored is not None
        assert (await restored.breaker.state()).stopped_because is None, "the stop was the other key's"
        await restored.wallet.push(marie())
