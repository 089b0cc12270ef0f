"""ORION_DATABASE_URL, parsed as libpq parses it, for the pool, sessions, migrations and the check at start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlencode

from backend.core.database_parts import Host, hosts_of, split_database_url
from backend.core.files import check_authorities, check_pair, read_named
from environment.reading import SettingsError
from environment.values import checked_by, expanded

CONNECT_SECONDS, CONNECT_SECONDS_MAX = 5, 60
SYSTEM = "system"
VERIFYING = ("verify-ca", "verify-full")
CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "read-write", "primary"),
    "sslnegotiation": ("postgres", "direct"),
    # asyncpg's own behavior; hosting providers include these parameters in their URLs.
    "channel_binding": ("prefer", "disable"),
    "gssencmode": ("prefer", "disable"),
}
"""Accepted values, the default first. `target_session_attrs` excludes read-only sessions: Orion writes."""
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile")
OF_THE_DRIVER = {"user", "password", "dbname", "sslmode", "sslnegotiation", "sslpassword", *FILES}
OF_THE_SESSION = {"application_name", "options"}
"""Sent to the server when a session starts."""
KNOWN = OF_THE_DRIVER | OF_THE_SESSION | {"host", "port", "connect_timeout", *CHOICES}


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    hosts: list[Host]
    """Tried in order; a socket's directory counts as a host. None: the driver's default."""
    dsn: str = field(repr=False)
    """The parameters that the driver parses itself: all but hosts."""
    files: Mapping[str, str] = field(repr=False)
    """TLS files by parameter name, and the key's password."""
    trusts_system: bool
    """Verify the server with the system's certificate authorities."""
    target: str
    """`target_session_attrs`."""
    connect_seconds: int
    """Time limit for each host."""
    session: dict[str, str]


def parse_database_url(text: str) -> DatabaseUrl:
    """Raises ValueError that says what the URL must be; it quotes only names of parameters."""
    parameters = _parameters(text)
    hosts = hosts_of(parameters)
    for name, choices in CHOICES.items():
        if parameters.get(name, choices[0]) not in choices:
            raise ValueError(f"must have a {name} out of {', '.join(choices)}")
    trusts_system = parameters.get("sslrootcert") == SYSTEM
    if trusts_system and parameters.get("sslmode", "verify-full") != "verify-full":
        raise ValueError("must have sslmode=verify-full with sslrootcert=system")
    left_out = {"sslrootcert", "sslmode"} if trusts_system else set[str]()
    driver = {name: parameters[name] for name in sorted(OF_THE_DRIVER - left_out) if parameters.get(name)}
    return DatabaseUrl(
        hosts=hosts,
        dsn="postgresql://?" + urlencode(driver, quote_via=quote, safe=""),
        files={name: parameters[name] for name in (*FILES, "sslpassword") if parameters.get(name)},
        trusts_system=trusts_system,
        # A standby among several hosts would accept connections and refuse every booking.
        target=parameters.get("target_session_attrs", "read-write" if len(hosts) > 1 else "any"),
        connect_seconds=_seconds(parameters.get("connect_timeout", "0")),
        session={name: parameters[name] for name in sorted(OF_THE_SESSION) if parameters.get(name)},
    )


def _checked(text: str) -> str:
    parse_database_url(text.strip())
    return text.strip()


DatabaseAddress = Annotated[str, checked_by(_checked, is_secret=True)]


def check_database_files(setting: str, text: str) -> None:
    """Raises SettingsError when a file that the URL names cannot be used."""
    parameters = _parameters(text)
    mode, root = parameters.get("sslmode"), parameters.get("sslrootcert")
    if mode in VERIFYING and not root and not _has_default_authorities():
        raise SettingsError(f"{setting}: sslmode={mode} needs sslrootcert: a file of authorities to trust, or system.")
    files = {name: parameters[name] for name in FILES if parameters.get(name)}
    if root == SYSTEM:
        del files["sslrootcert"]
    for name, path in files.items():
        read_named(f"{setting}, {name}", path)
    if "sslrootcert" in files:
        check_authorities(f"{setting}, sslrootcert", files["sslrootcert"])
    if "sslcert" in files:
        key, password = files.get("sslkey", ""), parameters.get("sslpassword", "")
        check_pair(f"{setting}, sslcert", files["sslcert"], key, password)


def _parameters(text: str) -> dict[str, str]:
    """Every part of the URL by its libpq name, with `~` expanded in paths."""
    parameters = split_database_url(text, KNOWN)
    return parameters | {name: expanded(parameters[name]) for name in FILES if parameters.get(name)}


def _has_default_authorities() -> bool:
    """Whether libpq would find root certificates without `sslrootcert`."""
    if os.environ.get("PGSSLROOTCERT"):
        return True
    try:
        return Path("~/.postgresql/root.crt").expanduser().exists()
    except (OSError, RuntimeError):
        return False


def _seconds(text: str) -> int:
    """0 or less means no limit in libpq; then CONNECT_SECONDS applies."""
    if not text.removeprefix("-").isdecimal() or int(text) > CONNECT_SECONDS_MAX:
        raise ValueError(f"must have a connect_timeout of 1 to {CONNECT_SECONDS_MAX} seconds")
    return int(text) if int(text) > 0 else CONNECT_SECONDS
