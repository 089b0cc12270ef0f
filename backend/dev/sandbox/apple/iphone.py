"""A fake iPhone: it installs passes, registers for pushes, fetches and verifies changed passes, and shows alerts."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from backend.core.outbound.calls import outbound_errors
from backend.dev.sandbox.apple.pkpass import OpenedPass, alerts, open_pkpass
from backend.dev.sandbox.apple.pkpass_rules import BrokenPass

MEDIA_TYPE = "application/vnd.apple.pkpass"
CREATED, OK, NO_CONTENT, NOT_MODIFIED = 201, 200, 204, 304
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


class PhoneRefuses(Exception):
    """The server has violated Apple's protocol."""


@dataclass
class HeldPass:
    opened: OpenedPass
    last_modified: str
    alerts: list[str] = field(default_factory=list)

    def shows(self, key: str) -> Any:
        """A field's value; None when the pass has no such field."""
        pass_field = self.opened.field(key)
        return pass_field["value"] if pass_field else None

    @property
    def content(self) -> dict[str, Any]:
        return self.opened.content


class FakeIPhone:
    """`trusted`: the phone's root certificate. `allows_http`: the developer setting "Allow HTTP Services"."""

    def __init__(
        self, http: httpx.AsyncClient, trusted: Path, *, push_token: str | None = None, allows_http: bool = False
    ) -> None:
        self.http = http
        self.language = ""
        """The phone's language. A pass without strings for it shows the texts of pass.json."""
        self.library_id = secrets.token_hex(16)
        self.push_token = push_token or secrets.token_hex(32)
        self.passes: dict[str, HeldPass] = {}
        """By serial number."""
        self.complaints: list[str] = []
        """Messages that the phone would send to the server's log."""
        self._trusted = trusted
        self._schemes = {"https", "http"} if allows_http else {"https"}
        self._tags: dict[tuple[str, str], str] = {}
        """The last update tag, by service URL and pass type."""

    async def add(self, url: str) -> HeldPass:
        """The holder taps the button and confirms: downloads, installs and registers the pass."""
        held = await self.download(url)
        self.passes[held.opened.serial] = held
        await self.register(held)
        return held

    async def download(self, url: str) -> HeldPass:
        """Downloads and verifies the pass without installing it."""
        return self._opened(await self._send("GET", url))

    async def register(self, held: HeldPass) -> int:
        """Returns the status. Phones register again whenever their push token may have changed."""
        body = {"pushToken": self.push_token}
        response = await self._send("POST", self._registration(held), json=body, headers=_authorization(held))
        _expect(response, CREATED, OK)
        return response.status_code

    async def remove(self, held: HeldPass) -> None:
        _expect(await self._send("DELETE", self._registration(held), headers=_authorization(held)), OK)
        self.passes.pop(held.opened.serial, None)

    async def pushed(self) -> list[str]:
        """Fetches changed passes from each known service, as after a push or a restart. Returns the new alerts."""
        services = {self._service(held) for held in self.passes.values()}
        return [alert for service in sorted(services) for alert in await self._ask(*service)]

    async def fetch(self, held: HeldPass, **headers: str) -> httpx.Response:
        """Requests the pass if it was modified since the last fetch."""
        sent_headers = {"if-modified-since": held.last_modified} | _authorization(held) | headers
        url, pass_type = self._service(held)
        return await self._send("GET", f"{url}/v1/passes/{pass_type}/{held.opened.serial}", headers=sent_headers)

    async def _ask(self, url: str, pass_type: str) -> list[str]:
        tag = self._tags.get((url, pass_type))
        params = {"passesUpdatedSince": tag} if tag is not None else {}
        address = f"{url}/v1/devices/{self.library_id}/registrations/{pass_type}"
        response = await self._send("GET", address, params=params)
        _expect(response, OK, NO_CONTENT)
        if response.status_code == NO_CONTENT:
            return []
        body = response.json()
        new_alerts = [await self._update(serial) for serial in body["serialNumbers"]]
        self._tags[url, pass_type] = body["lastUpdated"]
        return [alert for of_pass in new_alerts for alert in of_pass]

    async def _update(self, serial: str) -> list[str]:
        held = self.passes.get(serial)
        if held is None:
            return []
        response = await self.fetch(held)
        if response.status_code == NOT_MODIFIED:
            self.complaints.append(f"Server requested update to serial number '{serial}', but the pass was unchanged.")
            return []
        fresh = self._opened(response)
        for name in ("serialNumber", "authenticationToken", "passTypeIdentifier"):
            if fresh.content[name] != held.content[name]:
                raise BrokenPass(f"{name} has changed in an update")
        new = alerts(held.opened.in_language(self.language), fresh.opened.in_language(self.language))
        self.passes[serial] = HeldPass(fresh.opened, fresh.last_modified, [*held.alerts, *new])
        return new

    async def _send(self, method: str, url: str, **request: Any) -> httpx.Response:
        with outbound_errors():
            return await self.http.request(method, url, **request)

    def _opened(self, response: httpx.Response) -> HeldPass:
        _expect(response, OK)
        if response.headers["content-type"].partition(";")[0] != MEDIA_TYPE:
            raise PhoneRefuses(f"a pass came as {response.headers['content-type']}")
        return HeldPass(open_pkpass(response.content, self._trusted), _last_modified(response))

    def _service(self, held: HeldPass) -> tuple[str, str]:
        url = urlsplit(str(held.content["webServiceURL"]).rstrip("/"))
        if not url.netloc or url.scheme not in self._schemes:
            raise PhoneRefuses(f"webServiceURL is no address for a phone: {url.geturl()}")
        return url.geturl(), str(held.content["passTypeIdentifier"])

    def _registration(self, held: HeldPass) -> str:
        url, pass_type = self._service(held)
        return f"{url}/v1/devices/{self.library_id}/registrations/{pass_type}/{held.opened.serial}"


def _last_modified(response: httpx.Response) -> str:
    """The header's value, which must be an HTTP date: the phone sends it back in If-Modified-Since."""
    header = response.headers.get("last-modified", "")
    try:
        datetime.strptime(header, HTTP_DATE)  # noqa: DTZ007 - only the format is checked
    except ValueError:
        raise PhoneRefuses(f"Last-Modified is no HTTP date: {header!r}") from None
    return str(header)


def _authorization(held: HeldPass) -> dict[str, str]:
    return {"authorization": f"ApplePass {held.content['authenticationToken']}"}


def _expect(response: httpx.Response, *statuses: int) -> None:
    if response.status_code not in statuses:
        raise PhoneRefuses(f"{response.request.method} was answered {response.status_code}: {response.text[:200]}")
