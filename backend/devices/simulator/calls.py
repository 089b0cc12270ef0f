"""The calls of the device API, in the order in which an app needs them. How they are sent, others decide."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from backend.core.clock import clock
from backend.devices.simulator.queue import ApiJson, OfflineQueue
from backend.devices.simulator.state import HARDWARE, SYSTEM, TabletState


class TabletCalls(ABC):
    """The reference tablet. `ask` sends a signed request and raises where it is refused."""

    state: TabletState
    token: str | None

    @abstractmethod
    async def ask(self, method: str, path: str, **request: Any) -> ApiJson:
        """The JSON of the answer; empty where there is none.

        `path`: below `/api/v1`. `request`: as of httpx, and `key`, the Idempotency-Key.
        """

    def correct_clock(self, server_time: str) -> None:
        """What the app does after a refusal that depends on clocks."""
        self.state.offset = datetime.fromisoformat(server_time) - clock.now()

    async def pair(self, code: str, **changed: Any) -> ApiJson:
        """By a code that was entered. The same request again when its answer was lost."""
        body = {
            "code": code,
            "handshake_version": 1,
            "public_key": self.state.public_key,
            "installation_id": self.state.installation_id,
            "app": self.state.app,
            "os": SYSTEM,
            "hardware": HARDWARE,
        }
        self.token = None
        paired = await self.ask("POST", "/devices/pair", json=body | changed, key=self.state.pairing_key)
        self.token, self.state.device_id = paired["token"], paired["device_id"]
        return paired

    async def scan(self, qr_payload: str) -> ApiJson:
        """By the QR code, of which it knows version 1."""
        parameters = {name: values[0] for name, values in parse_qs(urlsplit(qr_payload).fragment).items()}
        assert parameters["v"] == "1", "an unknown version: the app asks to be updated"
        return await self.pair(parameters["code"])

    async def roll(self, *, answer_is_lost: bool = False) -> str:
        """Exchanges the token. Returns the new one, which a tablet does not know whose answer is lost."""
        token: str = (await self.ask("POST", "/devices/me/token", json={}))["token"]
        self.token = self.token if answer_is_lost else token
        return token

    async def bootstrap(self) -> ApiJson:
        return await self.ask("GET", "/devices/me/bootstrap")

    async def changes(self, after: str) -> ApiJson:
        return await self.ask("GET", "/devices/me/changes", params={"after": after})

    async def heartbeat(self, **said: Any) -> ApiJson:
        app = self.state.app
        body = {
            "device_time": self.state.now.isoformat(),
            "elapsed_realtime_ms": self.state.elapsed_ms,
            "boot_id": self.state.boot_id,
            "versions": {"app_version_code": app["version_code"], "app_version_name": app["version_name"]},
        }
        return await self.ask("POST", "/devices/me/heartbeat", json=body | said)

    async def commands(self, **said: Any) -> list[str]:
        return [each["command"] for each in (await self.heartbeat(**said))["commands"]]

    async def report_failed_pin(self, staff_id: Any, *events: ApiJson, count: int = 1) -> ApiJson:
        """Events that are kept for a repetition, or a new one."""
        body: Any = list(events) or {
            "event_id": str(uuid4()),
            "occurred_at": self.state.now.isoformat(),
            "count": count,
        }
        return await self.ask("POST", f"/store/loyalty/pins/{staff_id}/record-failed-attempt", json=body)

    async def get_grant(self, staff_id: Any, pin: str | None) -> ApiJson:
        """With a PIN, or where the merchant asks for none."""
        if pin is None:
            return await self.ask("POST", "/devices/me/grants", json={"user_id": str(staff_id)})
        body = {"user_id": str(staff_id), "staff_pin": pin}
        grant: ApiJson = (await self.ask("POST", "/store/loyalty/pins/verify", json=body))["grant"]
        return grant

    async def end_grant(self, grant_id: Any) -> None:
        await self.ask("DELETE", f"/devices/me/grants/{grant_id}")

    async def hold_allowance(self, card_id: str, grant_id: Any, amount: int, **parameters: Any) -> ApiJson:
        """Points or stamps, for what will be redeemed offline. `key`: of an earlier try whose answer was lost."""
        key = parameters.pop("key", None) or uuid4().hex
        body = {"card_id": card_id, "grant_id": str(grant_id), "amount": amount} | parameters
        return await self.ask("POST", "/devices/me/allowances", json=body, key=key)

    async def release_allowance(self, allowance_id: str) -> None:
        await self.ask("DELETE", f"/devices/me/allowances/{allowance_id}")

    async def hand_in(self, queue: OfflineQueue, batch: ApiJson | None = None) -> list[ApiJson]:
        """The whole queue, or a batch that was sent before."""
        answer = await self.ask("POST", "/devices/me/batches", json=batch or queue.request())
        results: list[ApiJson] = answer["results"]
        return results
