"""The Host header of a request: what names no host is refused, by the API and by the pages, wherever it is sent."""

import httpx
import pytest

from environment.host_header import names_host
from tests.frontend.staff_backend import StaffBackend
from tests.frontend.staff_browser import app_with
from tests.world.asgi import asgi_transport

HOSTS = [
    "orion.example",
    "orion.example:443",
    "127.0.0.1:8080",
    "[::1]",
    "[::1]:8080",
    "orion.example.",
    "localhost:",
    "",
]
NO_HOSTS = [
    *("x:y", "host:-1", "127.0.0.1:99999", "127.0.0.1:0000080", "[::1", "::1", "[1.2.3.4]", "[orion.example]"),
    *("a b", "a@b", "a,b", "a/b", "%zz", "ÿ", "x" * 300, ":80", "1.2.3", "a:1:2", "x:\u0661"),
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_with_or_without_port(host: str) -> None:
    assert names_host(host.encode())


@pytest.mark.parametrize("host", NO_HOSTS)
def test_what_is_no_host(host: str) -> None:
    assert not names_host(host.encode())


@pytest.mark.parametrize("path", ["/api/v1/storefront/loyalty/FASHIONHUB/program", "/nothing", "/health/live"])
async def test_the_api_refuses_a_request_to_no_host(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path, headers={"Host": "127.0.0.1:99999"})
    assert (answer.status_code, answer.json()["code"]) == (400, "request_refused")
    assert answer.json()["request_id"] == answer.headers["request-id"]
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/u/forged", "/till", "/nothing", "/static/nothing.css"])
async def test_the_pages_refuse_a_request_to_no_host(path: str) -> None:
    async with httpx.AsyncClient(
        transport=asgi_transport(app_with(StaffBackend())), base_url="http://orion.test"
    ) as browser:
        answer = await browser.get(path, headers={"Host": "x:y"})
    assert answer.status_code == 400
    assert "default-src 'none'" in answer.headers["content-security-policy"]
