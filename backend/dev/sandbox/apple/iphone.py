"""An iPhone: installs passes, registers, is pushed, asks what has changed, fetches, verifies, alerts."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from backend.core.outbound.door import through_the_door
from backend.dev.sandbox.apple.pkpass import BrokenPass, OpenedPass, alerts, open_pkpass

MEDIA_TYPE = "application/vnd.apple.pkpass"
CREATED, OK, NO_CONTENT, NOT_MODIFIED = 201, 200, 204, 304
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


class PhoneRefuses(Exception):
    """The server has broken Apple's protocol."""


@dataclass
class HeldPass:
    opened: OpenedPass
    last_modified: str
    alerts: list[str] = field(default_factory=list)

    def shows(self, key: str) -> Any:
        """A field's value; None when the pass has no such field."""
        found = self.opened.field(key)
        return found["value"] if found else None

    @property
    def content(self) -> dict[str, Any]:
        return self.opened.content


class FakeIPhone:
    """`trusted`: the root certificate that comes with the phone.

    `allows_http`: the switch "Allow HTTP Services" among a phone's settings for developers.
    """

    def __init__(
        self, http: httpx.AsyncClient, trusted: Path, *, push_token: str | None = None, allows_http: bool = False
    ) -> None:
        self.http = http
        self.language = ""
        """The phone's; a pass without a table for it says what its pass.json says."""
        self.library_id = secrets.token_hex(16)
        self.push_token = push_token or secrets.token_hex(32)
        self.passes: dict[str, HeldPass] = {}
        """By serial number."""
        self.complaints: list[str] = []
        """What the phone would write to the server's log."""
        self._trusted = trusted
        self._schemes = {"https", "http"} if allows_http else {"https"}
        self._seen: dict[tuple[str, str], str] = {}
        """The last tag, by service and pass type."""

    async def add(self, url: str) -> HeldPass:
        """The holder taps the button and confirms."""
        held = await self.download(url)
        self.passes[held.opened.serial] = held
        await self.register(held)
        return held

    async def download(self, url: str) -> HeldPass:
        """Not confirmed yet."""
        return self._opened(await self._send("GET", url))

    async def register(self, held: HeldPass) -> int:
        """The status. Phones do this again whenever their push token may have changed."""
        told = {"pushToken": self.push_token}
        answer = await self._send("POST", self._registration(held), json=told, headers=_authorization(held))
        _expect(answer, CREATED, OK)
        return answer.status_code

    async def remove(self, held: HeldPass) -> None:
        _expect(await self._send("DELETE", self._registration(held), headers=_authorization(held)), OK)
        self.passes.pop(held.opened.serial, None)

    async def pushed(self) -> list[str]:
        """What the lock screen says. Asks each service it knows, as after a restart too."""
        services = {self._service(held) for held in self.passes.values()}
        return [alert for service in sorted(services) for alert in await self._ask(*service)]

    async def fetch(self, held: HeldPass, **headers: str) -> httpx.Response:
        """One pass, with the date of the last."""
        known = {"if-modified-since": held.last_modified} | _authorization(held) | headers
        url, pass_type = self._service(held)
        return await self._send("GET", f"{url}/v1/passes/{pass_type}/{held.opened.serial}", headers=known)

    async def _ask(self, url: str, pass_type: str) -> list[str]:
        tag = self._seen.get((url, pass_type))
        params = {"passesUpdatedSince": tag} if tag is not None else {}
        place = f"{url}/v1/devices/{self.library_id}/registrations/{pass_type}"
        answer = await self._send("GET", place, params=params)
        _expect(answer, OK, NO_CONTENT)
        if answer.status_code == NO_CONTENT:
            return []
        told = answer.json()
        fetched = [await self._update(serial) for serial in told["serialNumbers"]]
        self._seen[url, pass_type] = told["lastUpdated"]
        return [alert for alerts_ in fetched for alert in alerts_]

    async def _update(self, serial: str) -> list[str]:
        held = self.passes.get(serial)
        if held is None:
            return []
        answer = await self.fetch(held)
        if answer.status_code == NOT_MODIFIED:
            self.complaints.append(f"Server requested update to serial number '{serial}', but the pass was unchanged.")
            return []
        fresh = self._opened(answer)
        for name in ("serialNumber", "authenticationToken", "passTypeIdentifier"):
            if fresh.content[name] != held.content[name]:
                raise BrokenPass(f"{name} has changed in an update")
        new = alerts(held.opened.in_language(self.language), fresh.opened.in_language(self.language))
        self.passes[serial] = HeldPass(fresh.opened, fresh.last_modified, [*held.alerts, *new])
        return new

    async def _send(self, method: str, url: str, **request: Any) -> httpx.Response:
        with through_the_door():
            return await self.http.request(method, url, **request)

    def _opened(self, answer: httpx.Response) -> HeldPass:
        _expect(answer, OK)
        if answer.headers["content-type"].partition(";")[0] != MEDIA_TYPE:
            raise PhoneRefuses(f"a pass came as {answer.headers['content-type']}")
        return HeldPass(open_pkpass(answer.content, self._trusted), _date(answer))

    def _service(self, held: HeldPass) -> tuple[str, str]:
        url = urlsplit(str(held.content["webServiceURL"]).rstrip("/"))
        if not url.netloc or url.scheme not in self._schemes:
            raise PhoneRefuses(f"webServiceURL is no address for a phone: {url.geturl()}")
        return url.geturl(), str(held.content["passTypeIdentifier"])

    def _registration(self, held: HeldPass) -> str:
        url, pass_type = self._service(held)
        return f"{url}/v1/devices/{self.library_id}/registrations/{pass_type}/{held.opened.serial}"


def _date(answer: httpx.Response) -> str:
    """It is sent back as it came: without a date that HTTP knows, no fetch could be answered with 304."""
    told = answer.headers.get("last-modified", "")
    try:
        datetime.strptime(told, HTTP_DATE)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        raise PhoneRefuses(f"Last-Modified is no HTTP date: {told!r}") from None
    return str(told)


def _authorization(held: HeldPass) -> dict[str, str]:
    return {"authorization": f"ApplePass {held.content['authenticationToken']}"}


def _expect(answer: httpx.Response, *statuses: int) -> None:
    if answer.status_code not in statuses:
        raise PhoneRefuses(f"{answer.request.method} was answered {answer.status_code}: {answer.text[:200]}")
