"""Passwords and PINs at rest."""

import pytest

from backend.core import hashing
from backend.core.hashing import hash_now, hash_secret, verify_secret
from tests.world.cheap_hashes import STRONG
from tests.world.spying import noting


@pytest.fixture(autouse=True)
def _as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_hasher", STRONG)
    monkeypatch.setattr(hashing, "_dummy_hash", STRONG.hash("nobody has this password"))


async def test_a_secret_is_verified_and_never_the_same_twice() -> None:
    one, other = await hash_secret("orion-demo-2026"), hash_now("orion-demo-2026")
    assert one != other
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await verify_secret(one, "orion-demo-2026")
    assert not await verify_secret(one, "orion-demo-2025")


@pytest.mark.parametrize("stored", [None, "", "plain text", "$argon2id$broken"])
async def test_where_nothing_is_stored_nothing_matches(stored: str | None) -> None:
    assert not await verify_secret(stored, "nobody has this password")


async def test_nobody_takes_as_long_as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """By construction: a hash is verified in both cases."""
    verified: list[tuple[str, bytes]] = []
    monkeypatch.setattr(hashing, "_verify", noting(verified, hashing._verify))
    stored = await hash_secret("x")
    await verify_secret(stored, "x")
    await verify_secret(None, "x")
    parameters = {text.rpartition("$")[0].rpartition("$")[0] for text, _ in verified}
    assert len(verified) == 2
    assert len(parameters) == 1
