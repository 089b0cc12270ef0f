"""A tablet's grant: nothing on the tablet tells which PIN is right. The vectors are published in docs/api.md."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.core.clock import clock
from backend.core.hashing import stretch_now
from backend.core.keys import KeyRing
from backend.staff_pins.grants.blob import CHECK_BITS, check_of, is_mac_of, mac_of, new_secret, unwrap, wrap
from backend.staff_pins.grants.rules import CLOCK_TOLERANCE, WRONG_MAX, GrantUse
from backend.staff_pins.grants.sealed_box import context_of, decode, encode, find_opened, public_key, seal_box

SALT, DEVICE_SECRET, SECRET = bytes(range(16)), bytes(range(32, 64)), bytes(range(64, 96))
OPERATION = (
    b'{"id":"a1","seq":1,"op":"stamp","occurred_at":"2026-11-30T09:00:00Z",'
    b'"card_id":"01890000-0000-7000-8000-000000000001","body":{}}'
)
CONTEXT = context_of("01890000-0000-7000-8000-00000000000d", "01890000-0000-7000-8000-00000000000e", "a1")
BLOB = "n5lDjf1zh0aRjOyW5THRcbj9pel4lL_70vtAlC_37N4"
MAC = "6ecffd95eba3a6dedfbe4eba54fbb1c01046b29f8781c2b848a134aa68fab855"
BOX = (
    "AUk-gvx0RkpZJogXYj0gU8XrjizEqYi0_uF57GsBDVMdQ0xXMM6-Xtp0uWHEW1b7gppJy0OJp7WMt31KPHo2zCkMmkGyJqC4DssklJYAORZYtlOF"
    "wI40V-Pb7s0D1z733aJCIcwyCdRnrh9rzvWp_AKtJcLr_-lEKN1pxk17a80Pu_F9QSC7lm-VGVlqnJSJpw0vgpF-YCWG-tv6DYEFwnbZdHZEzw8A"
    "Xbrv6YbkkhmmAFWLH8dxdcgXyB2sVVoqlYa1oPdpnQHjrYHJ1QPtryY"
)


def test_the_published_vectors_hold() -> None:
    stretched = stretch_now(b"2468", SALT)
    assert stretched.hex() == "bd2747410405fa3bff72be079897490e2bf305847521e1444270f2eff4a2c5bf"
    assert encode(wrap(SECRET, stretched, DEVICE_SECRET)) == BLOB
    assert unwrap(decode(BLOB) or b"", stretched, DEVICE_SECRET) == SECRET
    assert check_of(SECRET) == 11
    assert mac_of(SECRET, OPERATION).hex() == MAC
    server, ephemeral = (X25519PrivateKey.from_private_bytes(bytes(range(at, at + 32))) for at in (96, 128))
    server_key = server.public_key().public_bytes_raw()
    assert encode(server_key) == "Z13VdO13iTELPS52gfN5C0ZsdzsVIf7PNld5WDcepS8"
    assert seal_box(server_key, bytes.fromhex(MAC) + OPERATION, CONTEXT, ephemeral) == BOX


def test_every_pin_opens_the_blob_and_a_sixteenth_of_them_looks_right() -> None:
    """A thief with everything on the tablet keeps some 623 of 10,000 PINs, and has five tries at the server."""

    def stretched(pin: int) -> bytes:
        return hashlib.sha256(SALT + f"{pin:04}".encode()).digest()

    secret = new_secret()
    wrapped = wrap(secret, stretched(2468), DEVICE_SECRET)
    opened = [unwrap(wrapped, stretched(pin), DEVICE_SECRET) for pin in range(10_000)]
    assert len(set(opened)) == 10_000
    assert opened.count(secret) == 1
    assert opened[2468] == secret
    candidates = [found for found in opened if check_of(found) == check_of(secret)]
    assert 500 < len(candidates) < 750, 10_000 / 2**CHECK_BITS
    assert WRONG_MAX / len(candidates) < 0.016


def test_without_the_secret_of_the_device_a_pin_opens_nothing() -> None:
    stretched = stretch_now(b"2468", SALT)
    assert unwrap(decode(BLOB) or b"", stretched, new_secret()) != SECRET


def test_a_mac_is_of_its_operation_only() -> None:
    assert is_mac_of(SECRET, OPERATION, mac_of(SECRET, OPERATION))
    assert not is_mac_of(SECRET, OPERATION + b" ", mac_of(SECRET, OPERATION))
    assert not is_mac_of(new_secret(), OPERATION, mac_of(SECRET, OPERATION))


def test_a_box_opens_at_the_server_only_and_as_its_own_operation_only() -> None:
    keys = KeyRing(["new", "old"])
    box = seal_box(public_key(keys), b"content", CONTEXT)
    assert find_opened(keys, box, CONTEXT) == b"content"
    assert find_opened(KeyRing(["newest", "new"]), box, CONTEXT) == b"content", "keys are rotated"
    assert find_opened(KeyRing(["another"]), box, CONTEXT) is None
    assert find_opened(keys, box, context_of("d", "g", "a2")) is None
    assert seal_box(public_key(keys), b"content", CONTEXT) != box, "each box has a key of its own"


@pytest.mark.parametrize(
    "box", ["", "AQ", "not base64!", encode(b"\x02" + bytes(80)), encode(b"\x01" + bytes(80)), "ä"]
)
def test_what_is_no_box_opens_as_nothing(box: str) -> None:
    assert find_opened(KeyRing(["new"]), box, CONTEXT) is None


def a_use(wrong_count: int = 0) -> GrantUse:
    now = clock.now()
    return GrantUse(
        operations=("points", "stamp"),
        issued_at=now,
        ends_at=now.replace(year=now.year + 1),
        max_operations=2,
        max_points=100,
        used_operations=0,
        used_points=0,
        wrong_count=wrong_count,
    )


def test_a_grant_allows_so_many_operations_and_points_within_its_hours() -> None:
    use = a_use()
    at = use.issued_at
    assert use.take("points", 100, at) is None
    assert use.take("points", 1, at) == "grant_exceeded"
    assert use.take("stamp", 0, at) is None, "what was not granted was not counted"
    assert use.take("stamp", 0, at) == "grant_exceeded"


def test_a_grant_is_good_from_its_issue_to_its_end() -> None:
    use = a_use()
    assert use.take("stamp", 0, use.issued_at - CLOCK_TOLERANCE) is None
    assert use.take("stamp", 0, use.issued_at - CLOCK_TOLERANCE * 1.01) == "grant_expired"
    assert use.take("stamp", 0, use.ends_at) == "grant_expired"
    assert use.take("stamp", 0, use.ends_at - CLOCK_TOLERANCE / 300) is None


def test_what_a_grant_does_not_name_is_not_allowed() -> None:
    assert a_use().take("redeem", 0, clock.now()) == "not_allowed_offline"


def test_five_wrong_macs_and_a_grant_verifies_no_more() -> None:
    assert a_use(wrong_count=WRONG_MAX - 1).may_verify
    assert not a_use(wrong_count=WRONG_MAX).may_verify
