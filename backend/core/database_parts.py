"""The parts of a database's address, as libpq takes it apart. No refusal quotes what was read."""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from environment.values import ESCAPES, check_parameters, is_host, parts_of

SCHEMES = {"postgresql", "postgres", "postgresql+asyncpg"}
PORT, PORT_MAX = 5432, 65_535
FORM = "must be an address such as postgresql://orion_app@db.example/orion?sslmode=verify-full&sslrootcert=system"
MISREAD = f"{FORM}; {ESCAPES}"
HALF_ESCAPE = re.compile("%(?![0-9a-fA-F]{2})")
PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
"""RFC 3986, appendix B. Newer Pythons' own `urlsplit` refuses a list of hosts with a bracket behind the first."""

Host = tuple[str | None, int | None]


class _Parts(NamedTuple):
    scheme: str
    authority: str
    path: str
    query: str
    fragment: str


def split_database_url(text: str, known: Collection[str]) -> dict[str, str]:
    """Every part by its libpq name. Raises ValueError with what the address must be."""
    parts = _split(text)
    if parts.scheme.lower() not in SCHEMES or not text.isprintable() or " " in text:
        raise ValueError(FORM)
    # What follows one of those marks may be the rest of a password.
    if parts.fragment or "@" in parts.path + parts.query or parts.path.count("/") > 1 or parts.authority.count("@") > 1:
        raise ValueError(MISREAD)
    return _authority(parts) | _parameters(parts.query, known)


def hosts_of(told: Mapping[str, str]) -> list[Host]:
    if "host" not in told:
        return [(None, _port(told["port"]) if told.get("port") else None)]
    hosts = [_host(part) for part in told["host"].split(",")]
    ports = parts_of(told.get("port", "")) or [str(PORT)]
    if len(ports) not in {1, len(hosts)}:
        raise ValueError("must have one port, or as many as hosts")
    others = ports * len(hosts) if len(ports) == 1 else ports
    return [(name, own or _port(other)) for (name, own), other in zip(hosts, others, strict=True)]


def _split(text: str) -> _Parts:
    match = PARTS.fullmatch(text)
    assert match is not None, "it matches every text"
    return _Parts(*match.groups(""))


def _authority(parts: _Parts) -> dict[str, str]:
    login, _, host = parts.authority.rpartition("@")
    if set(login) & {"[", "]"}:
        raise ValueError(MISREAD)
    user, _, password = login.partition(":")
    found = {"user": user, "password": password, "host": host, "dbname": parts.path.removeprefix("/")}
    return {name: _decoded(value) for name, value in found.items() if value}


def _parameters(query: str, known: Collection[str]) -> dict[str, str]:
    check_parameters(query, known)
    parts = [part.partition("=") for part in query.split("&") if part]
    return {name: _decoded(value) for name, _, value in parts}


def _host(text: str) -> Host:
    name, port = text, ""
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
        if not bracket or (rest and port == rest):
            raise ValueError(MISREAD)
    elif not text.startswith("/") and text.count(":") == 1:
        name, port = text.split(":")
    if not name.startswith("/") and not is_host(name):
        raise ValueError(f"{MISREAD}; a host is a name, a number or a socket's directory")
    return name, _port(port) if port else None


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= PORT_MAX:
        raise ValueError(f"must have a port from 1 to {PORT_MAX}; {MISREAD}")
    return int(text)


def _decoded(text: str) -> str:
    if HALF_ESCAPE.search(text):
        raise ValueError(MISREAD)
    try:
        found = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("must have UTF-8 behind its %") from None
    if "\0" in found:
        raise ValueError("must have no %00")
    return found
