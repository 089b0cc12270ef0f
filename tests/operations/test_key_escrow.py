"""Somebody says where a copy of the keys is, and after a new key nobody has said so yet."""

from backend.core.clock import clock
from backend.core.keys import KeyRing
from backend.core.origin import PlatformOrigin
from backend.operations.key_escrow import confirm_escrow, find_escrow
from backend.services import Services


async def test_a_confirmation_is_of_the_keys_of_its_day(services: Services) -> None:
    origin = PlatformOrigin(None, "root at the command line", "en", clock.now())
    await confirm_escrow(services.sessions, services.key_ring, origin, "safe of the accountant")
    rotated = KeyRing(["a new key", "the old one"])
    async with services.sessions.committing() as session:
        kept, after_rotation = await find_escrow(session, services.key_ring), await find_escrow(session, rotated)
    assert kept is not None
    assert (kept.place, kept.confirmed_by, kept.is_of_these_keys) == (
        "safe of the accountant", "root at the command line", True,
    )  # fmt: skip
    assert after_rotation is not None
    assert not after_rotation.is_of_these_keys
