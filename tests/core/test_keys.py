"""Keys for one purpose each, rotated without a stop."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.core.encryption import SealBroken, seal, unseal
from backend.core.keys import KeyRing
from backend.core.paging import LIFETIME, CursorExpired, Cursors

NOW = datetime(2026, 7, 22, 10, 0, tzinfo=UTC)
OLD, ROTATED, GONE = KeyRing(["old"]), KeyRing(["new", "old"]), KeyRing(["new"])


def test_a_key_signs_one_kind_of_thing() -> None:
    mac = OLD.sign("cursor", b"message")
    assert OLD.verify("cursor", b"message", mac)
    assert OLD.verify("cursor", b"message", mac[:16])
    assert not OLD.verify("cursor", b"message", mac[:15])
    assert not OLD.verify("card page", b"message", mac)
    assert not OLD.verify("cursor", b"other", mac)


def test_what_an_old_key_signed_is_accepted_until_the_key_is_gone() -> None:
    mac = OLD.sign("cursor", b"message")
    assert ROTATED.verify("cursor", b"message", mac)
    assert not GONE.verify("cursor", b"message", mac)
    assert ROTATED.sign("cursor", b"message") == GONE.sign("cursor", b"message")


def test_a_sealed_secret_opens_where_it_was_sealed_and_nowhere_else() -> None:
    sealed = seal(OLD, "JBSWY3DPEHPK3PXP", "users.totp_secret.1")
    assert "JBSWY" not in sealed
    assert seal(OLD, "JBSWY3DPEHPK3PXP", "users.totp_secret.1") != sealed
    assert unseal(ROTATED, sealed, "users.totp_secret.1") == "JBSWY3DPEHPK3PXP"
    for keys, place in ((OLD, "users.totp_secret.2"), (GONE, "users.totp_secret.1")):
        with pytest.raises(SealBroken):
            unseal(keys, sealed, place)


def test_a_cursor_lives_for_a_day_and_over_a_rotation() -> None:
    cursor = Cursors(OLD).write("list", NOW, UUID(int=7), NOW)
    position = Cursors(ROTATED).read("list", cursor, NOW + LIFETIME)
    assert position is not None
    assert (position.key, position.id) == (NOW, UUID(int=7))
    assert Cursors(OLD).read("list", None, NOW) is None
    for keys, now in ((OLD, NOW + LIFETIME + timedelta(microseconds=1)), (GONE, NOW)):
        with pytest.raises(CursorExpired):
            Cursors(keys).read("list", cursor, now)


def test_a_cursor_is_of_its_own_list_only() -> None:
    cursor = Cursors(OLD).write("rewards:position", 3, UUID(int=7), NOW)
    with pytest.raises(CursorExpired):
        Cursors(OLD).read("rewards:created_at", cursor, NOW)
