"""Signatures of requests, with the vectors that docs/api.md publishes."""

import base64
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.devices.signatures import is_signed_by, message_of, read_public_key

DOCS = Path(__file__).parents[2] / "docs/api.md"
VECTORS: dict[str, Any] = msgspec.json.decode(
    re.findall(r"```json signature-vectors\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[0]
)
KEY = read_public_key(VECTORS["public_key"]) or b""
CASES = VECTORS["requests"]
SPKI = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def encoded(key: Any) -> str:
    return base64.b64encode(key.public_bytes(*SPKI)).decode()


@pytest.mark.parametrize("case", CASES, ids=[case["target"] for case in CASES])
def test_the_published_vectors_are_right(case: dict[str, str]) -> None:
    message = message_of(case["method"], case["target"], case["body"].encode(), case["timestamp"], case["nonce"])
    assert message.decode() == case["message"]
    assert is_signed_by(KEY, case["signature"], message)


@pytest.mark.parametrize("part", ["method", "target", "body", "timestamp", "nonce"])
def test_what_is_signed_cannot_be_changed_afterwards(part: str) -> None:
    case = CASES[1]
    changed = case | {part: case[part] + "1"}
    parts = [changed["method"], changed["target"], changed["body"].encode(), changed["timestamp"], changed["nonce"]]
    assert not is_signed_by(KEY, case["signature"], message_of(*parts))


@pytest.mark.parametrize("signature", ["", "AAAA", "no base64!", base64.b64encode(b"\x30" * 300).decode()])
def test_nonsense_is_no_signature(signature: str) -> None:
    assert not is_signed_by(KEY, signature, b"anything")


def test_another_key_signs_nothing_here() -> None:
    other = read_public_key(encoded(ec.generate_private_key(ec.SECP256R1()).public_key()))
    assert other is not None
    assert not is_signed_by(other, CASES[0]["signature"], CASES[0]["message"].encode())


def test_only_keys_of_the_curve_p_256_are_taken() -> None:
    p_256 = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert read_public_key(encoded(p_256)) == p_256.public_bytes(*SPKI)
    refused = [
        encoded(ec.generate_private_key(ec.SECP384R1()).public_key()),
        encoded(ec.generate_private_key(ec.SECP256K1()).public_key()),
        encoded(ed25519.Ed25519PrivateKey.generate().public_key()),
        encoded(rsa.generate_private_key(65537, 1024).public_key()),
        base64.b64encode(p_256.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode(),
        encoded(p_256)[:-4],
        encoded(p_256) + "AAAA",
        "no base64!",
        "",
    ]
    assert [read_public_key(text) for text in refused] == [None] * len(refused)
