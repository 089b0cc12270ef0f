"""What the app of a tablet keeps, with the key that Android's key store would hold; it signs each request."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.core.clock import clock
from backend.devices.signatures import message_of
from backend.devices.simulator.queue import OfflineQueue

APP = {"version_code": 42, "version_name": "1.4.2"}
HARDWARE = {"brand": "Lenovo", "model": "Tab M9"}
SYSTEM = {"sdk": 34, "patch_level": "2026-11-01"}


def new_private_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass
class TabletState:
    """`offset`: how far its clock is ahead."""

    private_key: EllipticCurvePrivateKey = field(default_factory=new_private_key)
    installation_id: str = field(default_factory=lambda: secrets.token_hex(8))
    pairing_key: str = field(default_factory=lambda: uuid4().hex)
    offset: timedelta = timedelta()
    device_id: str = ""
    app: dict[str, Any] = field(default_factory=lambda: dict(APP))
    boot_id: str = field(default_factory=lambda: secrets.token_hex(8))
    booted_at: datetime = field(default_factory=clock.now)
    staff_id: str | None = None
    staff_pin: str | None = None
    """Who works on it at present: named with each booking."""

    @property
    def now(self) -> datetime:
        """By its own clock."""
        return clock.now() + self.offset

    @property
    def elapsed_ms(self) -> int:
        return int((clock.now() - self.booted_at).total_seconds() * 1000)

    @property
    def public_key_der(self) -> bytes:
        return self.private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def public_key(self) -> str:
        return base64.b64encode(self.public_key_der).decode()

    def used_by(self, staff_id: Any, pin: str | None) -> Self:
        """Somebody works on it: named with each booking from now on."""
        self.staff_id, self.staff_pin = str(staff_id) if staff_id else None, pin
        return self

    def new_queue(self) -> OfflineQueue:
        return OfflineQueue(
            UUID(self.device_id), wrong_by=self.offset, boot_id=self.boot_id, switched_on_at=self.booted_at
        )

    def sign(self, request: httpx.Request) -> None:
        """Adds the headers of a signed request."""
        timestamp, nonce = str(int(self.now.timestamp() * 1000)), secrets.token_urlsafe(16)
        message = message_of(request.method, request.url.raw_path.decode(), request.content, timestamp, nonce)
        signature = base64.b64encode(self.private_key.sign(message, ECDSA(SHA256()))).decode()
        request.headers.update(
            {
                "orion-timestamp": timestamp,
                "orion-nonce": nonce,
                "orion-signature": signature,
                "orion-app-version": str(self.app["version_code"]),
            }
        )
