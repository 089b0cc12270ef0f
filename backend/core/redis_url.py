"""ORION_REDIS_URL as redis-py reads it, for everybody who connects: till, worker and commands."""

from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from redis.asyncio.connection import parse_url

from backend.core.files import check_authorities, check_pair, read_named
from environment.values import ESCAPES, check_parameters, checked_by, expanded, is_host

FORM = (
    "must be an address such as redis://:password@cache.example:6379/0, rediss://… for TLS, or unix:///run/redis.sock"
)
MISREAD = f"{FORM}; {ESCAPES}"
FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
WITH_TLS = {"ssl_cert_reqs", "ssl_check_hostname", *FILES}
SECONDS = {"socket_timeout", "socket_connect_timeout", "health_check_interval"}
KNOWN = {"db", "username", "password", "client_name", "socket_keepalive", "retry_on_timeout", *SECONDS}
NOT_VERIFIED = "none"
CERT_REQS = (NOT_VERIFIED, "optional", "required")


def redis_options(text: str) -> dict[str, Any]:
    """What a pool is given: what the library makes of it, and the defaults it lacks.

    Raises ValueError with what it must be.
    """
    parts = _split(text)
    check_parameters(parts.query, KNOWN | (WITH_TLS if parts.scheme == "rediss" else set[str]()))
    try:
        told: dict[str, Any] = dict(parse_url(text))
    except ValueError:
        raise ValueError(f"has a parameter that is no number; it {FORM}") from None
    if any(told.get(name, 1) <= 0 for name in SECONDS) or told.get("db", 0) < 0:
        raise ValueError("must have a database of 0 or more and times above 0")
    if told.get("ssl_cert_reqs", NOT_VERIFIED) not in CERT_REQS:
        raise ValueError(f"must have an ssl_cert_reqs out of {', '.join(CERT_REQS)}")
    # A certificate of just anybody would do otherwise.
    is_verified = parts.scheme == "rediss" and told.get("ssl_cert_reqs") != NOT_VERIFIED
    if told.get("ssl_check_hostname") and not is_verified:
        raise ValueError("must have another ssl_cert_reqs than none with ssl_check_hostname")
    if ("ssl_certfile" in told) != ("ssl_keyfile" in told):
        raise ValueError("must have both ssl_certfile and ssl_keyfile, or neither")
    paths = {name: expanded(told[name]) for name in FILES if name in told}
    return ({"ssl_check_hostname": True} if is_verified else {}) | told | paths


def _checked(text: str) -> str:
    redis_options(text.strip())
    return text.strip()


RedisAddress = Annotated[str, checked_by(_checked)]


def check_redis_files(setting: str, text: str) -> None:
    """Raises SettingsError for a file that is named and cannot be used."""
    told = redis_options(text)
    for name in ("ssl_certfile", "ssl_keyfile"):
        if name in told:
            read_named(f"{setting}, {name}", told[name])
    if "ssl_certfile" in told:
        check_pair(f"{setting}, ssl_certfile", told["ssl_certfile"], told["ssl_keyfile"])
    if "ssl_ca_certs" in told:
        check_authorities(f"{setting}, ssl_ca_certs", told["ssl_ca_certs"])


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        is_right = parts.port != 0
    except ValueError:
        raise ValueError(MISREAD) from None
    if parts.scheme not in {"redis", "rediss", "unix"} or not text.isprintable() or " " in text or not is_right:
        raise ValueError(FORM)
    # What follows one of those marks may be the rest of a password.
    if parts.fragment or "@" in parts.path + parts.query or parts.netloc.count("@") > 1:
        raise ValueError(MISREAD)
    if parts.scheme == "unix":
        is_right = parts.path.startswith("/") and not parts.hostname
    else:
        database = parts.path.strip("/")
        is_right = is_host(parts.hostname or "localhost") and (not database or database.isdecimal())
    if not is_right:
        raise ValueError(MISREAD)
    return parts
