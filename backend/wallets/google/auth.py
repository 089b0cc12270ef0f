"""Access tokens: one for all requests of a process, fetched anew a few minutes before it ends."""

import asyncio
import threading
from contextlib import suppress
from typing import Any

import httpx
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.auth.transport import Request

from backend.core.outbound.door import CallFailed, decoded, through_the_door
from backend.wallets.google.account import Account
from backend.wallets.google.reasons import TEXT_MAX, code_of_grant
from backend.wallets.ports import Misconfigured, Transient

TIMEOUT = httpx.Timeout(8, connect=5)
BUSY = (408, 429)


class Tokens:
    """google-auth is synchronous: it works in a thread, one refresh at a time."""

    def __init__(self, account: Account) -> None:
        self._credentials = account.credentials
        self._lock = threading.Lock()

    async def get(self) -> str:
        """A token that is still good; the last minutes of one are used while there is no other.

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
        """Fetches a new token, unless somebody has just replaced the refused one."""
        try:
            await asyncio.to_thread(self._renew, refused)
        except TransportError as error:
            # The library calls it not retryable; a token endpoint that does not answer today will tomorrow.
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
    ) -> "_Answer":
        del timeout  # ours is shorter than the library's
        try:
            with through_the_door():
                answer = self._http.request(method, url, content=body, headers=headers)
            _expect_google(answer)
        except CallFailed as failure:
            raise TransportError(failure.reason) from failure  # type: ignore[no-untyped-call]
        return _Answer(answer)


def _expect_google(answer: httpx.Response) -> None:
    """Raises CallFailed for what the library would not see as an answer that never came."""
    if answer.is_server_error or answer.status_code in BUSY:
        # The library would sleep and try again while a lease runs out.
        raise CallFailed(str(answer.status_code))
    # A page of a proxy it would take for a refusal, or stumble over.
    decoded(answer.content, dict[str, Any])


class _Answer:
    """As google-auth looks at it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status: int = answer.status_code
        self.headers = answer.headers
        self.data: bytes = answer.content


def _refused(error: RefreshError) -> Misconfigured:
    """With Google's own code and description, such as `invalid_grant: Invalid JWT Signature.`"""
    facts = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
    code, description = str(facts.get("error", "")), str(facts.get("error_description", ""))
    text = ": ".join(part for part in (code, description) if part) or "no reason given"
    return Misconfigured(code_of_grant(code, description), text[:TEXT_MAX])
