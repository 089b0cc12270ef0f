"""A tablet's grant: nothing on the tablet tells which PIN is right. The vectors are published in docs/api.md."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.core.clock import clock
from backend.core.hashing import stretch_now
from backend.core.keys import KeyRing
from backend.staff_pins.grants.blob import CHECK_BITS, check_of, is_mac_of, mac_of, new_secret, unwrap, wrap
from backend.staff_pins.grants.rules import CLOCK_TOLERANCE, WRONG_MAX, GrantUse
from backend.staff_pins.grants.sealed_box import context_of, decode, encode, find_opened, public_key, seal_box

DOCUMENT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
VECTORS: dict[str, Any] = json.loads(DOCUMENT.partition("```json offline-vectors\n")[2].partition("```")[0])
SALT, DEVICE_SECRET, SECRET, BLOB = (
    decode(VECTORS[name]) or b"" for name in ("salt", "device_secret", "secret", "blob")
)
OPERATION, CONTEXT = VECTORS["operation"].encode(), VECTORS["associated_data"].encode()


def test_the_published_vectors_hold() -> None:
    stretched = stretch_now(VECTORS["pin"].encode(), SALT)
    assert stretched.hex() == VECTORS["stretched_hex"]
    assert wrap(SECRET, stretched, DEVICE_SECRET) == BLOB
    assert unwrap(BLOB, stretched, DEVICE_SECRET) == SECRET
    assert check_of(SECRET) == VECTORS["check"]
    mac = mac_of(SECRET, OPERATION)
    assert mac.hex() == VECTORS["mac_hex"]
    server, own = (
        X25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS[f"{whose}_private_key_hex"]))
        for whose in ("server", "own")
    )
    server_key = server.public_key().public_bytes_raw()
    assert encode(server_key) == VECTORS["server_key"]
    assert context_of(*VECTORS["associated_data"].split("|")) == CONTEXT
    assert seal_box(server_key, mac + OPERATION, CONTEXT, own) == VECTORS["sealed"]


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
    assert unwrap(BLOB, stretched, new_secret()) != SECRET


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
