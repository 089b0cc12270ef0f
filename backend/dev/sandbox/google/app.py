"""A fake of Google: OAuth tokens, the Wallet API, save links, callbacks and their keys; for development and tests."""

import asyncio
from dataclasses import asdict

import httpx

from backend.core.outbound.calls import CallFailed, send_request
from backend.core.settings import Settings, load_settings
from backend.dev.sandbox.google.account import public_keys
from backend.dev.sandbox.google.api import ROOT, WalletApi
from backend.dev.sandbox.google.faults import Faults
from backend.dev.sandbox.google.oauth import GrantRefused, TokenEndpoint
from backend.dev.sandbox.google.passes import Passes
from backend.dev.sandbox.google.phone import display_pass
from backend.dev.sandbox.google.resources import GoogleError
from backend.dev.sandbox.google.signer import CallbackSigner
from backend.dev.sandbox.google.web import (
    AsgiReceive,
    AsgiScope,
    AsgiSend,
    SandboxRequest,
    SandboxResponse,
    error_response,
    json_response,
    read_request,
    write_response,
)
from backend.wallets.google.account import load_account

SAVE, KEYS, SANDBOX = "/gp/v/save/", "/gp/m/issuer/keys", "/sandbox/google/"
LINK_LENGTH_MAX = 1800
CALLBACK_SECONDS = 5


class FakeGoogle:
    """`known`: public keys by id, by the service account's email. `landing`: browsers are sent there after a save."""

    def __init__(self, issuer_id: str, known: dict[str, dict[str, str]], landing: str | None = None) -> None:
        self._landing = landing
        self.passes, self.tokens, self.faults = Passes(issuer_id), TokenEndpoint(known), Faults()
        self.signer = CallbackSigner()
        self.api = WalletApi(self.passes, self.tokens, self.faults)
        self.callback_errors: list[str] = []
        self._callbacks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: AsgiScope, receive: AsgiReceive, send: AsgiSend) -> None:
        await write_response(send, await self._answer(await read_request(scope, receive)))

    async def _answer(self, request: SandboxRequest) -> SandboxResponse:
        if request.path.startswith(ROOT):
            return await self.api.answer(request)
        match request.method, request.path:
            case "POST", "/token":
                return self._token(request)
            case "GET", path if path == KEYS:
                return json_response(200, self.signer.keys())
            case "GET", path if path.startswith(SAVE):
                return self._save(path.removeprefix(SAVE), is_browser="text/html" in request.headers.get("accept", ""))
            case method, path if path.startswith(SANDBOX):
                return self._sandbox(method, path.removeprefix(SANDBOX), request.query.get("language", "en"))
        return error_response(404, "notFound", "There is nothing at this address.")

    def _token(self, request: SandboxRequest) -> SandboxResponse:
        if self.faults.token_endpoint_is_out:
            return error_response(503, "backendError", "Please try again.")
        if self.faults.token_endpoint_is_a_page:
            return SandboxResponse(200, b"<html>Please sign in to the network</html>")
        if self.faults.token_refusal is not None:
            code, description = self.faults.token_refusal
            return json_response(400, {"error": code, "error_description": description})
        try:
            return json_response(200, self.tokens.issue(request.body))
        except GrantRefused as error:
            return json_response(400, {"error": str(error), "error_description": error.description})

    def _save(self, token: str, *, is_browser: bool) -> SandboxResponse:
        """The target of the save button: saves the pass to the holder's account."""
        try:
            name = self.save(token)
        except (GrantRefused, GoogleError) as error:
            return error_response(400, "invalid", f"Something went wrong. {error}")
        if is_browser and self._landing:
            return SandboxResponse(303, headers={"location": self._landing})
        return json_response(200, {"saved": name})

    def save(self, token: str) -> str:
        """Marks the pass as saved and returns the object's id. Raises GrantRefused or GoogleError."""
        if len(token) > LINK_LENGTH_MAX:
            raise GoogleError(400, "invalid", "The link is longer than 1800 characters.")
        claims = self.tokens.claims(token, "google")
        if claims.get("typ") != "savetowallet" or not claims.get("origins"):
            raise GrantRefused("invalid_request")
        (reference,) = claims["payload"]["loyaltyObjects"]
        resource = self.passes.get("loyaltyObject", reference["id"])
        if resource.body["classId"] != reference["classId"]:
            raise GoogleError(400, "invalid", "The object is of another class.")
        self._change_holder(reference["id"], event="save")
        return str(reference["id"])

    def _sandbox(self, method: str, path: str, language: str) -> SandboxResponse:
        """GET `passes/NAME`: the pass as a phone shows it. POST `passes/NAME/remove`: removes it from the wallet."""
        name, _, verb = path.removeprefix("passes/").partition("/")
        try:
            if (method, verb) == ("POST", "remove"):
                self._change_holder(name, event="del")
                return json_response(200, {"removed": True})
            return json_response(200, asdict(display_pass(self.passes, name, language)))
        except GoogleError as error:
            return error_response(error.status, error.reason, error.message)

    def _change_holder(self, name: str, *, event: str) -> None:
        """`event`: `save` or `del`. Sends the class's callback."""
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
        """Best effort, as at Google: one attempt."""
        try:
            async with httpx.AsyncClient(timeout=CALLBACK_SECONDS, trust_env=False) as http:
                headers = {"content-type": "application/json"}
                response = await send_request(
                    http, "POST", url, seconds=CALLBACK_SECONDS, content=body, headers=headers
                )
                response.successful()
        except CallFailed as failure:
            self.callback_errors.append(failure.reason)


def create_app(settings: Settings | None = None) -> FakeGoogle:
    """The fake for the configured service account and issuer."""
    settings = settings or load_settings()
    account = load_account(settings)
    assert account is not None, "the sandbox needs ORION_GOOGLE_WALLET_SERVICE_ACCOUNT_FILE"
    email, keys = public_keys(account.path)
    return FakeGoogle(account.issuer_id, {email: keys}, f"{settings.public_url}/sandbox")
