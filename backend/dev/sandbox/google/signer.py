"""Signs callbacks as Google does, and publishes the root key that verifies them."""

import base64
import json
import struct
import time
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PROTOCOL, SENDER = "ECv2SigningOnly", "GooglePayPasses"
HOUR = 3600


class CallbackSigner:
    """Tests change the attributes to sign messages that must be refused."""

    def __init__(self) -> None:
        self.root, self.intermediate = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
        self.root_lives = self.intermediate_lives = self.message_lives = HOUR
        self.protocol, self.sender = PROTOCOL, SENDER

    def keys(self) -> dict[str, Any]:
        """The response of the endpoint for root keys."""
        root = {"keyValue": _public(self.root), "protocolVersion": self.protocol}
        return {"keys": [root | {"keyExpiration": _in(self.root_lives)}]}

    def sign(self, *, recipient: str, class_id: str, object_id: str, event: str, nonce: str | None = None) -> bytes:
        """The body of a callback. `event`: `save` or `del`."""
        message = {
            "classId": class_id,
            "objectId": object_id,
            "expTimeMillis": int(_in(self.message_lives)),
            "eventType": event,
            "nonce": nonce or str(uuid4()),
        }
        return self.sign_message(json.dumps(message, ensure_ascii=False), recipient)

    def sign_message(self, message: str, recipient: str) -> bytes:
        signed_key = json.dumps({"keyValue": _public(self.intermediate), "keyExpiration": _in(self.intermediate_lives)})
        signature = _sign(self.root, self.sender, self.protocol, signed_key)
        envelope = {
            "protocolVersion": self.protocol,
            "signature": _sign(self.intermediate, self.sender, recipient, self.protocol, message),
            "intermediateSigningKey": {"signedKey": signed_key, "signatures": [signature]},
            "signedMessage": message,
        }
        return json.dumps(envelope).encode()


def _sign(key: EllipticCurvePrivateKey, *texts: str) -> str:
    encoded = [text.encode() for text in texts]
    signed = b"".join(struct.pack("<I", len(text)) + text for text in encoded)
    return base64.b64encode(key.sign(signed, ECDSA(SHA256()))).decode()


def _public(key: EllipticCurvePrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _in(seconds: float) -> str:
    return str(int((time.time() + seconds) * 1000))
