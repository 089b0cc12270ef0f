"""The Wallet API: who may ask, on which day, and what becomes of it."""

import asyncio
import json
import re
from typing import Any, cast

from backend.dev.sandbox.google.faults import Fault, Faults
from backend.dev.sandbox.google.oauth import TokenOffice
from backend.dev.sandbox.google.passes import Kind, Passes
from backend.dev.sandbox.google.resources import Refusal
from backend.dev.sandbox.google.web import Answer, Asked, ConnectionLost, answer, refusal

ROOT = "/walletobjects/v1/"
RESOURCE = re.compile(r"^(loyaltyClass|loyaltyObject)(?:/([^/]+))?(/addMessage)?$")
PAGE_SIZE_MAX = 1000
HANG_SECONDS = 60
ENDLESS = 12 * 1024 * 1024
DONE_BUT: tuple[Fault, ...] = ("lost", "lost_504")
FORBIDDEN = 403, "permissionDenied", "Permission denied for this issuer."


class WalletApi:
    def __init__(self, passes: Passes, tokens: TokenOffice, faults: Faults) -> None:
        self.passes, self._tokens, self._faults = passes, tokens, faults

    async def answer(self, asked: Asked) -> Answer:
        """Raises ConnectionLost when there shall be none."""
        over_quota = self._faults.is_over_quota()
        await asyncio.sleep(self._faults.latency_seconds)
        if self._faults.is_out:
            return self._busy(503, "backendError")
        if not self._tokens.accepts(asked.headers.get("authorization", "")):
            return refusal(401, "authError", "Request had invalid authentication credentials.")
        if refuses := self._faults.refuses or (FORBIDDEN if self._faults.is_forbidden else None):
            return refusal(*refuses)
        if over_quota:
            return self._busy(429, "rateLimitExceeded")
        fault = self._faults.draw()
        if fault is not None and fault not in DONE_BUT:
            return await self._failed(fault)
        told = self._routed(asked)
        if fault == "lost":
            raise ConnectionLost
        return self._busy(504, "deadlineExceeded") if fault == "lost_504" else told

    async def _failed(self, fault: Fault) -> Answer:
        match fault:
            case "hang":
                await asyncio.sleep(HANG_SECONDS)
                raise ConnectionLost
            case "garbage":
                return Answer(200, b"<html>Sorry</html>")
            case "endless":
                return Answer(200, b" " * ENDLESS)
            case "redirect":
                return Answer(302, headers={"location": ROOT})
        return self._busy(int(fault), "rateLimitExceeded" if fault == "429" else "backendError")

    def _busy(self, status: int, reason: str) -> Answer:
        headers = {"retry_after": self._faults.retry_after} if self._faults.retry_after else {}
        return refusal(status, reason, "Please try again.", **headers)

    def _routed(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix(ROOT)
        if asked.method == "GET" and path == f"issuer/{self.passes.issuer_id}":
            return answer(200, {"issuerId": self.passes.issuer_id, "name": "Sandbox"})
        found = RESOURCE.match(path)
        if found is None:
            return refusal(404, "notFound", "There is nothing at this address.")
        kind, name, adds_message = cast("Kind", found[1]), found[2], bool(found[3])
        try:
            return self._asked(asked, kind, name, adds_message=adds_message)
        except Refusal as error:
            return refusal(error.status, error.reason, error.message)

    def _asked(self, asked: Asked, kind: Kind, name: str | None, *, adds_message: bool) -> Answer:
        if_match = asked.headers.get("if-match")
        match asked.method, name, adds_message:
            case "GET", None, False:
                return self._page(asked, kind)
            case "GET", str(), False:
                resource = self.passes.get(kind, name)
            case "POST", None, False:
                resource = self.passes.insert(kind, _json(asked))
            case "PATCH", str(), False:
                resource = self.passes.patch(kind, name, _json(asked), if_match)
            case "PUT", str(), False:
                resource = self.passes.put(kind, name, _json(asked), if_match)
            case "POST", str(), True:
                resource = self.passes.add_message(kind, name, _json(asked))
                return answer(200, {"resource": self.passes.shown(kind, resource)})
            case _:
                return refusal(405, "httpMethodNotAllowed", "This method is not allowed here.")
        return answer(200, self.passes.shown(kind, resource), etag=resource.etag)

    def _page(self, asked: Asked, kind: Kind) -> Answer:
        size = min(int(asked.query.get("maxResults", PAGE_SIZE_MAX)), PAGE_SIZE_MAX)
        filters: dict[str, Any] = {}
        if kind == "loyaltyObject":
            if "classId" not in asked.query:
                return refusal(400, "required", "classId is required.")
            filters = {"classId": self.passes.get("loyaltyClass", asked.query["classId"]).body["id"]}
        resources, following = self.passes.page(kind, filters, asked.query.get("token", ""), size)
        pagination = {"resultsPerPage": len(resources)} | ({"nextPageToken": following} if following else {})
        return answer(200, {"resources": resources, "pagination": pagination})


def _json(asked: Asked) -> dict[str, Any]:
    try:
        body = json.loads(asked.body)
    except ValueError as error:
        raise Refusal(400, "parseError", "The request is not JSON.") from error
    if not isinstance(body, dict):
        raise Refusal(400, "parseError", "The request is not an object.")
    return body
