"""The Wallet API: authorization, quota, injected faults and routing."""

import asyncio
import json
import re
from typing import Any, cast

from backend.dev.sandbox.google.faults import Fault, Faults
from backend.dev.sandbox.google.oauth import TokenEndpoint
from backend.dev.sandbox.google.passes import Passes, ServedType
from backend.dev.sandbox.google.resources import GoogleError
from backend.dev.sandbox.google.web import (
    ConnectionLost,
    SandboxRequest,
    SandboxResponse,
    error_response,
    json_response,
)

ROOT = "/walletobjects/v1/"
RESOURCE = re.compile(r"^(loyaltyClass|loyaltyObject)(?:/([^/]+))?(/addMessage)?$")
PAGE_SIZE_MAX = 1000
HANG_SECONDS = 60
ENDLESS = 12 * 1024 * 1024
AFTER_EXECUTION: tuple[Fault, ...] = ("lost", "lost_504")
FORBIDDEN = 403, "permissionDenied", "Permission denied for this issuer."


class WalletApi:
    def __init__(self, passes: Passes, tokens: TokenEndpoint, faults: Faults) -> None:
        self.passes, self._tokens, self._faults = passes, tokens, faults

    async def answer(self, request: SandboxRequest) -> SandboxResponse:
        """Raises ConnectionLost when a fault requires that there is no response."""
        over_quota = self._faults.is_over_quota()
        await asyncio.sleep(self._faults.latency_seconds)
        if self._faults.is_out:
            return self._busy(503, "backendError")
        if not self._tokens.accepts(request.headers.get("authorization", "")):
            return error_response(401, "authError", "Request had invalid authentication credentials.")
        if refuses := self._faults.refuses or (FORBIDDEN if self._faults.is_forbidden else None):
            return error_response(*refuses)
        if over_quota:
            return self._busy(429, "rateLimitExceeded")
        fault = self._faults.draw()
        if fault is not None and fault not in AFTER_EXECUTION:
            return await self._failed(fault)
        response = self._route(request)
        if fault == "lost":
            raise ConnectionLost
        return self._busy(504, "deadlineExceeded") if fault == "lost_504" else response

    async def _failed(self, fault: Fault) -> SandboxResponse:
        match fault:
            case "hang":
                await asyncio.sleep(HANG_SECONDS)
                raise ConnectionLost
            case "garbage":
                return SandboxResponse(200, b"<html>Sorry</html>")
            case "endless":
                return SandboxResponse(200, b" " * ENDLESS)
            case "redirect":
                return SandboxResponse(302, headers={"location": ROOT})
        return self._busy(int(fault), "rateLimitExceeded" if fault == "429" else "backendError")

    def _busy(self, status: int, reason: str) -> SandboxResponse:
        headers = {"retry_after": self._faults.retry_after} if self._faults.retry_after else {}
        return error_response(status, reason, "Please try again.", **headers)

    def _route(self, request: SandboxRequest) -> SandboxResponse:
        path = request.path.removeprefix(ROOT)
        if request.method == "GET" and path == f"issuer/{self.passes.issuer_id}":
            return json_response(200, {"issuerId": self.passes.issuer_id, "name": "Sandbox"})
        match = RESOURCE.match(path)
        if match is None:
            return error_response(404, "notFound", "There is nothing at this address.")
        kind, name, adds_message = cast("ServedType", match[1]), match[2], bool(match[3])
        try:
            return self._call(request, kind, name, adds_message=adds_message)
        except GoogleError as error:
            return error_response(error.status, error.reason, error.message)

    def _call(
        self, request: SandboxRequest, kind: ServedType, name: str | None, *, adds_message: bool
    ) -> SandboxResponse:
        if_match = request.headers.get("if-match")
        match request.method, name, adds_message:
            case "GET", None, False:
                return self._page(request, kind)
            case "GET", str(), False:
                resource = self.passes.get(kind, name)
            case "POST", None, False:
                resource = self.passes.insert(kind, _json(request))
            case "PATCH", str(), False:
                resource = self.passes.patch(kind, name, _json(request), if_match)
            case "PUT", str(), False:
                resource = self.passes.put(kind, name, _json(request), if_match)
            case "POST", str(), True:
                resource = self.passes.add_message(kind, name, _json(request))
                return json_response(200, {"resource": self.passes.view(kind, resource)})
            case _:
                return error_response(405, "httpMethodNotAllowed", "This method is not allowed here.")
        return json_response(200, self.passes.view(kind, resource), etag=resource.etag)

    def _page(self, request: SandboxRequest, kind: ServedType) -> SandboxResponse:
        size = min(int(request.query.get("maxResults", PAGE_SIZE_MAX)), PAGE_SIZE_MAX)
        filters: dict[str, Any] = {}
        if kind == "loyaltyObject":
            if "classId" not in request.query:
                return error_response(400, "required", "classId is required.")
            filters = {"classId": self.passes.get("loyaltyClass", request.query["classId"]).body["id"]}
        resources, following = self.passes.page(kind, filters, request.query.get("token", ""), size)
        pagination = {"resultsPerPage": len(resources)} | ({"nextPageToken": following} if following else {})
        return json_response(200, {"resources": resources, "pagination": pagination})


def _json(request: SandboxRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise GoogleError(400, "parseError", "The request is not JSON.") from error
    if not isinstance(body, dict):
        raise GoogleError(400, "parseError", "The request is not an object.")
    return body
