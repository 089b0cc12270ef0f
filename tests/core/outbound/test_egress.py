"""What somebody outside names is fetched from outside, or not at all."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.core.outbound import egress
from backend.core.outbound.egress import NotFetched, fetch, is_public
from backend.dev.sandbox.apple.pki import ROOT, SERVER, SERVER_KEY, ApplePki
from tests.doubles.serving import serving

KIBIBYTE = 1024


@dataclass
class Site:
    """A web server on this machine, which nobody outside may make us ask."""

    url: str = ""
    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b"a picture"
    seconds: float = 0
    asked: list[dict[bytes, bytes]] = field(default_factory=list)

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.asked.append(dict(scope["headers"]))
        await asyncio.sleep(self.seconds)
        length = (b"content-length", str(len(self.body)).encode())
        await send({"type": "http.response.start", "status": self.status, "headers": [length, *self.headers]})
        await send({"type": "http.response.body", "body": self.body})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    opened = Site()
    async with serving(opened) as url:
        opened.url = url
        yield opened


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names stand for; each is asked for once."""
    known: dict[str, list[str]] = {}

    async def resolved(host: str, port: int, **_: Any) -> list[Any]:
        addresses = known.pop(host, None)
        if addresses is None:
            raise OSError
        return [(2, 1, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
    return known


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "100:0:0:1::1"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "fec0::1"),
    ],
)  # fmt: skip
def test_an_address_of_nobody_outside_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:2800:21f::1", "2a00:1450::1"])
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "gopher://cdn.example/", "ftp://cdn.example/", "//cdn.example/", "logo.png", "", "https://"),
        *("http://cdn.example/logo.png", "https://cdn.example:8443/logo.png", "https://cdn.example:22/"),
        *("https://user:word@cdn.example/", "https://user@cdn.example/", "https://[::1", "https://cdn.example:99999/"),
    ],
)  # fmt: skip
async def test_an_address_that_is_none_for_a_picture_is_not_asked(names: dict[str, list[str]], url: str) -> None:
    names["cdn.example"] = ["93.184.215.14"]
    with pytest.raises(NotFetched):
        await fetch(url, bytes_max=KIBIBYTE)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"]
)
async def test_an_address_in_numbers_is_looked_at_like_a_name(host: str) -> None:
    with pytest.raises(NotFetched):
        await fetch(f"https://{host}/", bytes_max=KIBIBYTE)


async def test_one_address_of_ours_among_public_ones_is_enough_to_refuse(names: dict[str, list[str]]) -> None:
    names["cdn.example"] = ["93.184.215.14", "10.0.0.1"]
    with pytest.raises(NotFetched, match="not public"):
        await fetch("https://cdn.example/", bytes_max=KIBIBYTE)


async def test_this_machine_is_asked_in_development_only(site: Site) -> None:
    with pytest.raises(NotFetched):
        await fetch(f"{site.url}/logo.png", bytes_max=KIBIBYTE)
    assert site.asked == []
    assert await fetch(f"{site.url}/logo.png", bytes_max=KIBIBYTE, allows_loopback=True) == b"a picture"


async def test_what_a_name_stood_for_when_it_was_looked_at_is_what_is_asked(
    names: dict[str, list[str]], site: Site
) -> None:
    """A name is resolved once: another address in a second answer would not be used."""
    port = site.url.rpartition(":")[2]
    names["cdn.example"] = ["127.0.0.1"]
    body = await fetch(f"http://cdn.example:{port}/logo.png", bytes_max=KIBIBYTE, allows_loopback=True)
    assert (body, site.asked[0][b"host"]) == (b"a picture", f"cdn.example:{port}".encode())


async def test_the_certificate_is_held_against_the_name_and_not_the_address(
    names: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ApplePki.make().write(tmp_path)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(folder / SERVER, folder / SERVER_KEY)
    trusting = partial(httpx.AsyncClient, verify=ssl.create_default_context(cafile=folder / ROOT))
    monkeypatch.setattr(httpx, "AsyncClient", trusting)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=theirs) as server:
        port = server.sockets[0].getsockname()[1]
        names |= {"localhost": ["127.0.0.1"], "cdn.example": ["127.0.0.1"]}
        assert await fetch(f"https://localhost:{port}/", bytes_max=KIBIBYTE, allows_loopback=True) == b"ok"
        with pytest.raises(NotFetched):
            await fetch(f"https://cdn.example:{port}/", bytes_max=KIBIBYTE, allows_loopback=True)


async def test_a_redirect_is_not_followed(site: Site) -> None:
    site.status, site.headers = 302, [(b"location", f"{site.url}/elsewhere".encode())]
    with pytest.raises(NotFetched, match="302"):
        await fetch(site.url, bytes_max=KIBIBYTE, allows_loopback=True)
    assert len(site.asked) == 1


async def test_more_than_was_asked_for_is_not_read(site: Site) -> None:
    site.body = b"x" * KIBIBYTE
    assert len(await fetch(site.url, bytes_max=KIBIBYTE, allows_loopback=True)) == KIBIBYTE
    site.body += b"x"
    with pytest.raises(NotFetched, match="more than 1024 bytes"):
        await fetch(site.url, bytes_max=KIBIBYTE, allows_loopback=True)


async def test_a_slow_server_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "FETCH_SECONDS", 0.2)
    site.seconds = 5
    with pytest.raises(NotFetched):
        await fetch(site.url, bytes_max=KIBIBYTE, allows_loopback=True)


async def test_nobody_there_is_told_without_the_address() -> None:
    with pytest.raises(NotFetched) as failure:
        await fetch("http://127.0.0.1:1/secret", bytes_max=KIBIBYTE, allows_loopback=True)
    assert str(failure.value) == "ConnectError"
