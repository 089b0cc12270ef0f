"""The reference tablet: it pairs, signs and calls as the app would, with a real P-256 key."""

import base64
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.core.clock import clock
from backend.devices.signatures import message_of
from tests.world.caller import Caller, Json, new_key
from tests.world.till import Till

OF_NOBODY = re.compile("/holds|^/devices/")
"""Paths of what names no person."""
APP = {"version_code": 42, "version_name": "1.4.2"}
HARDWARE = {"brand": "Lenovo", "model": "Tab M9"}
SYSTEM = {"sdk": 34, "patch_level": "2026-11-01"}


def new_private_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def public_key_of(key: EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


@dataclass
class TabletState:
    """What the app keeps, with the key of Android's key store. `offset`: how far its clock is ahead."""

    private_key: EllipticCurvePrivateKey = field(default_factory=new_private_key)
    installation_id: str = field(default_factory=lambda: secrets.token_hex(8))
    pairing_key: str = field(default_factory=new_key)
    offset: timedelta = timedelta()
    device_id: str = ""
    app: Json = field(default_factory=lambda: dict(APP))
    boot_id: str = field(default_factory=lambda: secrets.token_hex(8))
    booted_at: datetime = field(default_factory=clock.now)
    staff_id: str | None = None
    staff_pin: str | None = None
    """Who works on it at present: named with each booking."""


class Tablet(Till):
    """Its calls are those of a till, each signed."""

    state: TabletState

    @classmethod
    def beside(cls, caller: Caller, state: TabletState | None = None, token: str | None = None) -> Self:
        """A tablet that talks to the same API; new, or with the state of another."""
        tablet = cls(caller.http, caller._promises, token)
        tablet.state = state or TabletState()
        return tablet

    def but(self, **headers: str) -> Self:
        other = super().but(**headers)
        other.state = self.state
        return other

    @property
    def now(self) -> datetime:
        """By its own clock."""
        return clock.now() + self.state.offset

    def correct_clock(self, server_time: str) -> None:
        """What the app does after a refusal that depends on clocks."""
        self.state.offset = datetime.fromisoformat(server_time) - clock.now()

    def used_by(self, staff_id: Any, pin: str | None) -> Self:
        """Somebody works on it: named with each booking from now on."""
        self.state.staff_id, self.state.staff_pin = str(staff_id) if staff_id else None, pin
        return self

    async def send(self, method: str, path: str, *, key: str | None = None, **request: Any) -> httpx.Response:
        headers = self._headers | request.pop("headers", {}) | ({"idempotency-key": key} if key else {})
        url = f"/api/v1{path}"
        prepared = self.http.build_request(method, url, headers=headers, **request)
        if self.token:
            prepared.headers["authorization"] = f"Bearer {self.token}"
            prepared.headers.update(self.signature_of(prepared) | request.get("signed", {}))
        answer = await self.http.send(prepared)
        self._promises.check(method, url, answer)
        return answer

    def signature_of(self, request: httpx.Request) -> dict[str, str]:
        """The headers of the signed request."""
        timestamp, nonce = str(int(self.now.timestamp() * 1000)), secrets.token_urlsafe(16)
        message = message_of(request.method, request.url.raw_path.decode(), request.content, timestamp, nonce)
        signature = base64.b64encode(self.state.private_key.sign(message, ECDSA(SHA256()))).decode()
        return {
            "orion-timestamp": timestamp,
            "orion-nonce": nonce,
            "orion-signature": signature,
            "orion-app-version": str(self.state.app["version_code"]),
        }

    async def post(self, path: str, body: Any = None, **request: Any) -> Json:
        is_booking = "key" in request and isinstance(body, dict) and not OF_NOBODY.search(path)
        staff = {"staff_id": self.state.staff_id, "staff_pin": self.state.staff_pin} if is_booking else {}
        if path.endswith("/enroll"):
            staff.pop("staff_pin", None)
        named = {name: value for name, value in staff.items() if value is not None}
        return await super().post(path, named | body if named else body, **request)

    async def pair(self, code: str, **changed: Any) -> Json:
        """By a typed code. The same request again when its answer was lost."""
        body = {
            "code": code,
            "handshake_version": 1,
            "public_key": public_key_of(self.state.private_key),
            "installation_id": self.state.installation_id,
            "app": self.state.app,
            "os": SYSTEM,
            "hardware": HARDWARE,
        }
        self.token = None
        paired = await Caller.post(self, "/devices/pair", body | changed, key=self.state.pairing_key)
        self.token, self.state.device_id = paired["token"], paired["device_id"]
        return paired

    async def scan(self, qr_payload: str) -> Json:
        """By the QR code, of which it knows version 1."""
        told = {name: values[0] for name, values in parse_qs(urlsplit(qr_payload).fragment).items()}
        assert told["v"] == "1", "an unknown version: the app asks to be updated"
        return await self.pair(told["code"])

    async def roll(self, *, answer_is_lost: bool = False) -> str:
        """Exchanges the token. Returns the new one, which a tablet does not know whose answer is lost."""
        token: str = (await self.post("/devices/me/token"))["token"]
        self.token = self.token if answer_is_lost else token
        return token

    async def heartbeat(self, **said: Any) -> Json:
        body = {
            "device_time": self.now.isoformat(),
            "elapsed_realtime_ms": int((clock.now() - self.state.booted_at).total_seconds() * 1000),
            "boot_id": self.state.boot_id,
            "versions": {
                "app_version_code": self.state.app["version_code"],
                "app_version_name": self.state.app["version_name"],
            },
        }
        return await self.post("/devices/me/heartbeat", body | said)

    async def report_failed_pin(self, staff_id: Any, *events: Json, count: int = 1) -> Json:
        """Events that are kept for a repetition, or a new one."""
        body: Any = list(events) or {"event_id": str(uuid4()), "occurred_at": self.now.isoformat(), "count": count}
        return await self.post(f"/store/loyalty/pins/{staff_id}/record-failed-attempt", body)

    async def commands(self, **said: Any) -> list[str]:
        return [each["command"] for each in (await self.heartbeat(**said))["commands"]]
