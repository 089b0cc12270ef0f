"""The reference tablet against the API under test: its answers are held against the document."""

import re
from datetime import datetime
from typing import Any, Self

import httpx

from backend.devices.simulator.calls import TabletCalls
from backend.devices.simulator.state import TabletState
from tests.world.caller import Caller, Json
from tests.world.till import Till

OF_NOBODY = re.compile("/holds|^/devices/")
"""Paths of what names no person."""


class Tablet(Till, TabletCalls):
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
        return self.state.now

    def used_by(self, staff_id: Any, pin: str | None) -> Self:
        """Somebody works on it: named with each booking from now on."""
        self.state.used_by(staff_id, pin)
        return self

    async def send(self, method: str, path: str, *, key: str | None = None, **request: Any) -> httpx.Response:
        headers = self._headers | request.pop("headers", {}) | ({"idempotency-key": key} if key else {})
        url = f"/api/v1{path}"
        prepared = self.http.build_request(method, url, headers=headers, **request)
        if self.token:
            prepared.headers["authorization"] = f"Bearer {self.token}"
            self.state.sign(prepared)
        answer = await self.http.send(prepared)
        self._promises.check(method, url, answer)
        return answer

    async def post(self, path: str, body: Any = None, **request: Any) -> Json:
        is_booking = "key" in request and isinstance(body, dict) and not OF_NOBODY.search(path)
        staff = {"staff_id": self.state.staff_id, "staff_pin": self.state.staff_pin} if is_booking else {}
        if path.endswith("/enroll"):
            staff.pop("staff_pin", None)
        named = {name: value for name, value in staff.items() if value is not None}
        return await super().post(path, named | body if named else body, **request)
