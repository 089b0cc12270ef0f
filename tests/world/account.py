"""A person's own account: what they do on the page `/profile`."""

import base64
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from backend.core.clock import clock
from tests.doubles.authenticator import Authenticator
from tests.world import PASSWORD
from tests.world.caller import Caller, Json

ORIGIN, RP_ID = "http://orion.test", "orion.test"


def six_digits(secret: str, seconds: int = 0) -> str:
    authenticator = TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)
    return authenticator.generate(int(clock.now().timestamp()) + seconds).decode()


class Account(Caller):
    """A session that keeps the newest of its tokens."""

    async def confirm(self, password: str = PASSWORD, **factor: Any) -> None:
        self.token = (await self.post("/auth/me/confirmation", {"password": password} | factor))["token"]

    async def confirm_with_passkey(self, passkey: Authenticator, password: str = PASSWORD) -> None:
        offer = await self.post("/auth/me/confirmation/passkey-options")
        await self.confirm(password, step=offer["step"], passkey=passkey.get(offer["options"]))

    async def factors(self) -> Json:
        return await self.get("/auth/me/second-factors")

    async def add_authenticator(self) -> tuple[str, list[str]]:
        """Its secret, and the recovery codes that came with it. The code of half a minute ago is used for it."""
        offer = await self.post("/auth/me/authenticator")
        body = {"enrollment": offer["enrollment"], "code": six_digits(offer["secret"], seconds=-30)}
        added = await self.ask("PUT", "/auth/me/authenticator", json=body)
        self.token = added["session"]["token"]
        return offer["secret"], added["recovery_codes"]

    async def add_passkey(self, name: str = "Phone", passkey: Authenticator | None = None) -> Authenticator:
        passkey = passkey or Authenticator(ORIGIN, RP_ID)
        offer = await self.post("/auth/me/passkeys/options")
        body = {"step": offer["step"], "credential": passkey.create(offer["options"]), "name": name}
        self.token = (await self.post("/auth/me/passkeys", body))["session"]["token"]
        return passkey

    async def change_password(self, password: str) -> None:
        self.token = (await self.ask("PUT", "/auth/me/password", json={"password": password}))["token"]

    async def sessions(self) -> list[Json]:
        sessions: list[Json] = (await self.get("/auth/me/sessions"))["sessions"]
        return sessions
