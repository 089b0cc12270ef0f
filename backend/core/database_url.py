"""ORION_DATABASE_URL as libpq reads it, for everybody who connects: both lanes, migrations, the look at the start."""

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
    # What asyncpg does anyway; providers write them into the addresses they hand out.
    "channel_binding": ("prefer", "disable"),
    "gssencmode": ("prefer", "disable"),
}
"""Orion writes: no session that only reads is of use to it."""
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile")
OF_THE_DRIVER = {"user", "password", "dbname", "sslmode", "sslnegotiation", "sslpassword", *FILES}
OF_THE_SESSION = {"application_name", "options"}
"""What the server is told when a session begins."""
KNOWN = OF_THE_DRIVER | OF_THE_SESSION | {"host", "port", "connect_timeout", *CHOICES}


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    hosts: list[Host]
    """Tried in order; a socket's directory is one too. None: where the driver looks by itself."""
    dsn: str = field(repr=False)
    """What the driver reads itself: everything but hosts."""
    files: Mapping[str, str] = field(repr=False)
    """Those of TLS by their parameters, with the password of the key."""
    trusts_system: bool
    """The machine's own authorities, as for any https address."""
    target: str
    connect_seconds: int
    """For each host."""
    session: dict[str, str]


def parse_database_url(text: str) -> DatabaseUrl:
    """Raises ValueError with what it must be, and quotes nothing of it but the names of parameters."""
    told = _parts(text)
    hosts = hosts_of(told)
    for name, choices in CHOICES.items():
        if told.get(name, choices[0]) not in choices:
            raise ValueError(f"must have a {name} out of {', '.join(choices)}")
    trusts_system = told.get("sslrootcert") == SYSTEM
    if trusts_system and told.get("sslmode", "verify-full") != "verify-full":
        raise ValueError("must have sslmode=verify-full with sslrootcert=system")
    left_out = {"sslrootcert", "sslmode"} if trusts_system else set[str]()
    driver = {name: told[name] for name in sorted(OF_THE_DRIVER - left_out) if told.get(name)}
    return DatabaseUrl(
        hosts=hosts,
        dsn="postgresql://?" + urlencode(driver, quote_via=quote, safe=""),
        files={name: told[name] for name in (*FILES, "sslpassword") if told.get(name)},
        trusts_system=trusts_system,
        # A standby among several would take sign-ins and refuse every booking.
        target=told.get("target_session_attrs", "read-write" if len(hosts) > 1 else "any"),
        connect_seconds=_seconds(told.get("connect_timeout", "0")),
        session={name: told[name] for name in sorted(OF_THE_SESSION) if told.get(name)},
    )


def _checked(text: str) -> str:
    parse_database_url(text.strip())
    return text.strip()


DatabaseAddress = Annotated[str, checked_by(_checked)]


def check_database_files(setting: str, text: str) -> None:
    """Raises SettingsError for a file that is named and cannot be used."""
    told = _parts(text)
    if told.get("sslmode") in VERIFYING and not told.get("sslrootcert") and not _has_usual_authorities():
        raise SettingsError(
            f"{setting}: sslmode={told['sslmode']} needs sslrootcert: a file of authorities to trust, or system."
        )
    if told.get("sslrootcert") == SYSTEM:
        del told["sslrootcert"]
    for name in FILES:
        if told.get(name):
            read_named(f"{setting}, {name}", told[name])
    if told.get("sslrootcert"):
        check_authorities(f"{setting}, sslrootcert", told["sslrootcert"])
    if told.get("sslcert"):
        check_pair(f"{setting}, sslcert", told["sslcert"], told.get("sslkey", ""), told.get("sslpassword", ""))


def _parts(text: str) -> dict[str, str]:
    """As they are used: paths are whole."""
    told = split_database_url(text, KNOWN)
    return told | {name: expanded(told[name]) for name in FILES if told.get(name)}


def _has_usual_authorities() -> bool:
    """Where libpq looks by itself."""
    if os.environ.get("PGSSLROOTCERT"):
        return True
    try:
        return Path("~/.postgresql/root.crt").expanduser().exists()
    except (OSError, RuntimeError):
        return False


def _seconds(text: str) -> int:
    """0 and less are libpq's word for no limit; then ours holds."""
    if not text.removeprefix("-").isdecimal() or int(text) > CONNECT_SECONDS_MAX:
        raise ValueError(f"must have a connect_timeout of 1 to {CONNECT_SECONDS_MAX} seconds")
    return int(text) if int(text) > 0 else CONNECT_SECONDS
