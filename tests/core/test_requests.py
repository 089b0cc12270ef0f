"""Who really calls, and in which language they read."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.core.requests import client_address, printable_address, reader_language

OURS = "127.0.0.0/8, ::1/128,10.0.0.0/8"


def connection(peer: str | None, environment: str = "test", **headers: str) -> Any:
    settings = SimpleNamespace(trusted_proxies=OURS, is_production=environment == "production")
    return SimpleNamespace(
        client=SimpleNamespace(host=peer) if peer else None,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        app=SimpleNamespace(state=SimpleNamespace(resources=SimpleNamespace(settings=settings))),
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.1", "", "198.51.100.1"),
        ("198.51.100.1", "203.0.113.7", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("10.1.2.3", "203.0.113.7, 10.4.5.6", "203.0.113.7"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "<script>, 127.0.0.1", "<script>"),
        ("127.0.0.1", " , ", "127.0.0.1"),
        ("127.0.0.1", ", ".join(["127.0.0.1"] * 50), "127.0.0.1"),
        ("unix socket", "203.0.113.7", "unix socket"),
        (None, "203.0.113.7", "unknown"),
    ],
)
def test_the_nearest_address_that_is_not_ours_is_the_callers(peer: str | None, forwarded: str, address: str) -> None:
    assert client_address(connection(peer, x_forwarded_for=forwarded)) == address


@pytest.mark.parametrize(
    ("address", "printed"),
    [("203.0.113.7", "203.0.113.7"), ("2001:DB8::7", "2001:db8::7"), ("<script>", None), ("unknown", None)],
)
def test_only_an_address_is_kept_as_one(address: str, printed: str | None) -> None:
    assert printable_address(address) == printed


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-LU, fr;q=0.8", "de"), ("lb", "lb"), ("it, fr;q=0.3", "fr"), ("it", "en"), ("", "en"), ("*", "en")],
)
def test_the_reader_gets_the_first_language_we_speak(accepted: str, language: str) -> None:
    assert reader_language(connection(None, "production", accept_language=accepted)) == language
