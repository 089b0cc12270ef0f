"""Google on this machine: tokens, the Wallet API, save links, callbacks and their keys. For development and tests."""

import asyncio
from dataclasses import asdict
from typing import Any

import httpx

from backend.core.outbound.door import CallFailed, ask
from backend.core.settings import Settings, load_settings
from backend.dev.sandbox.google.account import public_keys
from backend.dev.sandbox.google.api import ROOT, WalletApi
from backend.dev.sandbox.google.faults import Faults
from backend.dev.sandbox.google.oauth import GrantRefused, TokenOffice
from backend.dev.sandbox.google.passes import Passes
from backend.dev.sandbox.google.phone import shown
from backend.dev.sandbox.google.resources import Refusal
from backend.dev.sandbox.google.signer import CallbackSigner
from backend.dev.sandbox.google.web import Answer, Asked, Receive, Scope, Send, answer, read, refusal, write
from backend.wallets.google.account import load_account

SAVE, KEYS, SANDBOX = "/gp/v/save/", "/gp/m/issuer/keys", "/sandbox/google/"
LINK_LENGTH_MAX = 1800
CALLBACK_SECONDS = 5


class FakeGoogle:
    """`known`: the public keys of service accounts by their ids, by the account's email.

    `landing`: where a browser goes once it has saved a pass.
    """

    def __init__(self, issuer_id: str, known: dict[str, dict[str, str]], landing: str | None = None) -> None:
        self._landing = landing
        self.passes, self.tokens, self.faults = Passes(issuer_id), TokenOffice(known), Faults()
        self.signer = CallbackSigner()
        self.api = WalletApi(self.passes, self.tokens, self.faults)
        self.callback_errors: list[str] = []
        self._callbacks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await write(send, await self._answer(await read(scope, receive)))

    async def _answer(self, asked: Asked) -> Answer:
        if asked.path.startswith(ROOT):
            return await self.api.answer(asked)
        match asked.method, asked.path:
            case "POST", "/token":
                return self._token(asked)
            case "GET", path if path == KEYS:
                return answer(200, self.signer.keys())
            case "GET", path if path.startswith(SAVE):
                return self._save(path.removeprefix(SAVE), is_browser="text/html" in asked.headers.get("accept", ""))
            case method, path if path.startswith(SANDBOX):
                return self._sandbox(method, path.removeprefix(SANDBOX), asked.query.get("language", "en"))
        return refusal(404, "notFound", "There is nothing at this address.")

    def _token(self, asked: Asked) -> Answer:
        if self.faults.token_endpoint_is_out:
            return refusal(503, "backendError", "Please try again.")
        if self.faults.token_endpoint_is_a_page:
            return Answer(200, b"<html>Please sign in to the network</html>")
        if self.faults.token_refusal is not None:
            code, description = self.faults.token_refusal
            return answer(400, {"error": code, "error_description": description})
        try:
            return answer(200, self.tokens.issue(asked.body))
        except GrantRefused as error:
            return answer(400, {"error": str(error), "error_description": error.description})

    def _save(self, token: str, *, is_browser: bool) -> Answer:
        """What the button opens: the holder's account takes the pass, and their phone shows it."""
        try:
            name = self.save(token)
        except (GrantRefused, Refusal) as error:
            return refusal(400, "invalid", f"Something went wrong. {error}")
        if is_browser and self._landing:
            return Answer(303, headers={"location": self._landing})
        return answer(200, {"saved": name})

    def save(self, token: str) -> str:
        """The object's id. Raises GrantRefused or Refusal."""
        if len(token) > LINK_LENGTH_MAX:
            raise Refusal(400, "invalid", "The link is longer than 1800 characters.")
        claims = self.tokens.claims(token, "google")
        if claims.get("typ") != "savetowallet" or not claims.get("origins"):
            raise GrantRefused("invalid_request")
        (named,) = claims["payload"]["loyaltyObjects"]
        found = self.passes.get("loyaltyObject", named["id"])
        if found.body["classId"] != named["classId"]:
            raise Refusal(400, "invalid", "The object is of another class.")
        self._has_users(named["id"], event="save")
        return str(named["id"])

    def _sandbox(self, method: str, path: str, language: str) -> Answer:
        """`passes/NAME` is what a phone shows; POST `passes/NAME/remove` takes it out of the wallet."""
        name, _, verb = path.removeprefix("passes/").partition("/")
        try:
            if (method, verb) == ("POST", "remove"):
                self._has_users(name, event="del")
                return answer(200, {"removed": True})
            return answer(200, asdict(shown(self.passes, name, language)))
        except Refusal as error:
            return refusal(error.status, error.reason, error.message)

    def _has_users(self, name: str, *, event: str) -> None:
        resource = self.passes.get("loyaltyObject", name)
        resource.body["hasUsers"] = event == "save"
        program = self.passes.get("loyaltyClass", resource.body["classId"]).body
        if url := program.get("callbackOptions", {}).get("url"):
            body = self.signer.sign(
                recipient=self.passes.issuer_id, class_id=program["id"], object_id=name, event=event
            )
            task = asyncio.create_task(self._call_back(url, body))
            self._callbacks.add(task)
            task.add_done_callback(self._callbacks.discard)

    async def callbacks_sent(self) -> None:
        await asyncio.gather(*self._callbacks)

    async def _call_back(self, url: str, body: bytes) -> None:
        """Best effort, as Google's."""
        try:
            async with httpx.AsyncClient(timeout=CALLBACK_SECONDS, trust_env=False) as http:
                headers = {"content-type": "application/json"}
                answer = await ask(http, "POST", url, seconds=CALLBACK_SECONDS, content=body, headers=headers)
                answer.successful()
        except CallFailed as failure:
            self.callback_errors.append(failure.reason)


def create_app(settings: Settings | None = None) -> Any:
    """For the configured service account and issuer."""
    settings = settings or load_settings()
    account = load_account(settings)
    assert account is not None, "the sandbox needs ORION_GOOGLE_WALLET_SERVICE_ACCOUNT_FILE"
    email, keys = public_keys(account.path)
    return FakeGoogle(account.issuer_id, {email: keys}, f"{settings.public_url}/sandbox")
