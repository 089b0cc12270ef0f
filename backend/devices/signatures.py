"""Signatures of a device's requests: ECDSA over P-256 with SHA-256, in DER, as Android's key store makes them."""

import base64
import binascii
import hashlib
import re

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
TIMESTAMP = re.compile(r"[0-9]{1,15}")
SPKI_MAX = 200


def read_public_key(text: str) -> bytes | None:
    """The SubjectPublicKeyInfo of a P-256 key, from base64; None for anything else."""
    key = _load(_decoded(text))
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if key else None


def message_of(method: str, target: str, body: bytes, timestamp: str, nonce: str) -> bytes:
    """What is signed. `target`: path and query as sent. `body`: as sent, also when it is compressed."""
    digest = hashlib.sha256(body).hexdigest()
    return f"{method}|{target}|{digest}|{timestamp}|{nonce}".encode()


def is_signed_by(public_key: bytes, signature: str, message: bytes) -> bool:
    """`public_key`: as `read_public_key` returns it. `signature`: base64 of the DER encoding."""
    key = _load(public_key)
    if key is None:
        return False
    try:
        key.verify(_decoded(signature), message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _load(der: bytes) -> EllipticCurvePublicKey | None:
    if not 0 < len(der) <= SPKI_MAX:
        return None
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1) else None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
