"""ORION_REDIS_URL, parsed as redis-py parses it, for backend, worker and commands."""

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
    """Keyword arguments for a connection pool: those of redis-py, and hostname checks by default.

    Raises ValueError that says what the URL must be.
    """
    parts = _split(text)
    check_parameters(parts.query, KNOWN | (WITH_TLS if parts.scheme == "rediss" else set[str]()))
    try:
        options: dict[str, Any] = dict(parse_url(text))
    except ValueError:
        raise ValueError(f"has a parameter that is no number; it {FORM}") from None
    if any(options.get(name, 1) <= 0 for name in SECONDS) or options.get("db", 0) < 0:
        raise ValueError("must have a database of 0 or more and times above 0")
    if options.get("ssl_cert_reqs", NOT_VERIFIED) not in CERT_REQS:
        raise ValueError(f"must have an ssl_cert_reqs out of {', '.join(CERT_REQS)}")
    is_verified = parts.scheme == "rediss" and options.get("ssl_cert_reqs") != NOT_VERIFIED
    if options.get("ssl_check_hostname") and not is_verified:
        raise ValueError("must have another ssl_cert_reqs than none with ssl_check_hostname")
    if ("ssl_certfile" in options) != ("ssl_keyfile" in options):
        raise ValueError("must have both ssl_certfile and ssl_keyfile, or neither")
    paths = {name: expanded(options[name]) for name in FILES if name in options}
    # Without the hostname check any trusted certificate would be accepted.
    return ({"ssl_check_hostname": True} if is_verified else {}) | options | paths


def _checked(text: str) -> str:
    redis_options(text.strip())
    return text.strip()


RedisAddress = Annotated[str, checked_by(_checked, is_secret=True)]


def check_redis_files(setting: str, text: str) -> None:
    """Raises SettingsError when a file that the URL names cannot be used."""
    options = redis_options(text)
    for name in ("ssl_certfile", "ssl_keyfile"):
        if name in options:
            read_named(f"{setting}, {name}", options[name])
    if "ssl_certfile" in options:
        check_pair(f"{setting}, ssl_certfile", options["ssl_certfile"], options["ssl_keyfile"])
    if "ssl_ca_certs" in options:
        check_authorities(f"{setting}, ssl_ca_certs", options["ssl_ca_certs"])


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        has_valid_port = parts.port != 0
    except ValueError:
        raise ValueError(MISREAD) from None
    if parts.scheme not in {"redis", "rediss", "unix"} or not text.isprintable() or " " in text or not has_valid_port:
        raise ValueError(FORM)
    # What follows one of these characters may be the rest of an unescaped password.
    if parts.fragment or "@" in parts.path + parts.query or parts.netloc.count("@") > 1:
        raise ValueError(MISREAD)
    if parts.scheme == "unix":
        is_valid = parts.path.startswith("/") and not parts.hostname
    else:
        database = parts.path.strip("/")
        is_valid = is_host(parts.hostname or "localhost") and (not database or database.isdecimal())
    if not is_valid:
        raise ValueError(MISREAD)
    return parts
