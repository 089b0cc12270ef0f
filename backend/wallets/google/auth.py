"""Access tokens: one for all requests of a process, renewed a few minutes before it expires."""

import asyncio
import threading
from contextlib import suppress
from typing import Any

import httpx
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.auth.transport import Request

from backend.core.outbound.calls import CallFailed, decoded, outbound_errors
from backend.wallets.google.account import Account
from backend.wallets.google.reasons import TEXT_MAX, code_of_grant
from backend.wallets.ports import Misconfigured, Transient

TIMEOUT = httpx.Timeout(8, connect=5)
BUSY = (408, 429)


class Tokens:
    """google-auth is synchronous, so it runs in a thread, one refresh at a time."""

    def __init__(self, account: Account) -> None:
        self._credentials = account.credentials
        self._lock = threading.Lock()

    async def get(self) -> str:
        """A valid token. Shortly before it expires it is used as long as it cannot be renewed.

        Raises Transient or Misconfigured.
        """
        state = self._credentials.token_state.name
        if state == "INVALID":
            await self.renew(self._credentials.token)
        elif state == "STALE" and not self._lock.locked():
            with suppress(Transient):
                await self.renew(self._credentials.token)
        token: str = self._credentials.token
        return token

    async def renew(self, refused: str | None) -> None:
        """Fetches a new token, unless another task has just replaced the refused one."""
        try:
            await asyncio.to_thread(self._renew, refused)
        except TransportError as error:
            # Unlike the library we retry, because the token endpoint is only unavailable.
            raise Transient("token_endpoint_away", "Google's token endpoint does not answer.") from error
        except RefreshError as error:
            raise _refused(error) from error
        except GoogleAuthError as error:
            raise Transient("token_unusable", f"No token could be made: {type(error).__name__}.") from error

    def _renew(self, refused: str | None) -> None:
        with self._lock:
            if self._credentials.token == refused:
                with httpx.Client(timeout=TIMEOUT, trust_env=False) as http:
                    self._credentials.refresh(_Transport(http))


class _Transport(Request):
    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float | None = None,
        **_: Any,
    ) -> "_TransportResponse":
        del timeout  # ours is shorter
        try:
            with outbound_errors():
                response = self._http.request(method, url, content=body, headers=headers)
            _expect_google(response)
        except CallFailed as failure:
            raise TransportError(failure.reason) from failure  # type: ignore[no-untyped-call]
        return _TransportResponse(response)


def _expect_google(response: httpx.Response) -> None:
    """Raises CallFailed for responses that the library would not treat as a failed call."""
    if response.is_server_error or response.status_code in BUSY:
        # The library would sleep and retry while the lease expires.
        raise CallFailed(str(response.status_code))
    # The library would take the page of a proxy for a refusal.
    decoded(response.content, dict[str, Any])


class _TransportResponse:
    """The interface that google-auth expects."""

    def __init__(self, response: httpx.Response) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.data: bytes = response.content


def _refused(error: RefreshError) -> Misconfigured:
    """With Google's own code and description, such as `invalid_grant: Invalid JWT Signature.`"""
    facts = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
    code, description = str(facts.get("error", "")), str(facts.get("error_description", ""))
    text = ": ".join(part for part in (code, description) if part) or "no reason given"
    return Misconfigured(code_of_grant(code, description), text[:TEXT_MAX])
