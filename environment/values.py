"""Types of settings with their checks. A check returns the normalized value, or raises ValueError that says what it
must be.

No error quotes the value: it may be a secret in the wrong setting.
"""

import re
from collections.abc import Callable, Collection
from datetime import MAXYEAR, MINYEAR, datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from msgspec import Meta

NAME_MAX, LINE_MAX, MAIL_ADDRESS_MAX, TEXT_MAX = 60, 255, 254, 2000
LIST_MAX = 10_000
CHECK, CODE, SECRET, LENGTH = "check", "code", "secret", "length"
MOMENT = "moment"
"""Code of what is a time with its zone."""
"""Keys of a type's extra: its check, the code of that check's refusal, whether a value is never shown, and how many
characters it may have.
"""
LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
HOST = re.compile(rf"(?=.{{1,253}}$){LABEL}(\.{LABEL})*\.?", re.ASCII)
MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}", re.ASCII)
ADDRESS = "must be an address such as https://orion.example: scheme, host and perhaps a port, and nothing else"
URL = "must be an address such as https://orion.example/path, without a name or password before the host"
ESCAPES = "in a password write @ as %40, / as %2F, ? as %3F, # as %23, % as %25"
Network = IPv4Network | IPv6Network


def checked_by(
    check: Callable[[str], str], code: str = "invalid", *, is_secret: bool = False, length_max: int = TEXT_MAX
) -> Meta:
    """`code`: stable name of the refusal."""
    return Meta(extra={CHECK: check, CODE: code, SECRET: is_secret, LENGTH: length_max})


def parts_of(text: str) -> list[str]:
    """Comma-separated parts, stripped, without empty ones."""
    return [part.strip() for part in text.split(",") if part.strip()]


def check_parameters(query: str, known: Collection[str]) -> None:
    """Raises ValueError for an unknown parameter of a URL's query.

    The error quotes the name only when it is an identifier and does not follow a password, of which it may be a part.
    """
    is_quotable = True
    for part in filter(None, query.split("&")):
        name = part.partition("=")[0]
        is_quotable = is_quotable and name.isidentifier() and name.isascii()
        if name not in known:
            quoted = f" {name}" if is_quotable else ""
            raise ValueError(
                f"has a parameter{quoted} that Orion does not know here: it knows {', '.join(sorted(known))}"
            )
        is_quotable = is_quotable and "password" not in name


def expanded(text: str) -> str:
    """The path with `~` expanded. Raises ValueError."""
    try:
        return str(Path(text.strip()).expanduser())
    except RuntimeError:
        raise ValueError("names nobody's home; it takes a file's path, not what is in the file") from None


def is_host(text: str) -> bool:
    """Whether the text is a host name or an IP address."""
    try:
        ip_address(text)
    except ValueError:
        # A name that ends in digits is a mistyped IP address.
        return HOST.fullmatch(text.lower()) is not None and not text.rstrip(".").rpartition(".")[2].isdigit()
    return True


@lru_cache(maxsize=16)
def networks(text: str) -> tuple[Network, ...]:
    """Comma-separated networks. Raises ValueError."""
    return tuple(_network(part) for part in parts_of(text))


def _network(text: str) -> Network:
    try:
        wide = ip_network(text, strict=False)
    except ValueError:
        raise ValueError("must be networks such as 10.0.0.0/8, with commas between them, and no names") from None
    if "/" in text and ip_address(text.partition("/")[0]) != wide.network_address:
        raise ValueError(f"must name networks by their first address: write {wide}")
    return wide


def _split(text: str, requirement: str) -> SplitResult:
    """Raises ValueError with the requirement; `from None`, because the parser's error may quote the value."""
    try:
        parts = urlsplit(text.strip())
        is_valid = parts.scheme in {"http", "https"} and parts.port != 0 and is_host(parts.hostname or "")
    except ValueError:
        raise ValueError(requirement) from None
    is_plain = text.isascii() and text.strip().isprintable() and " " not in text.strip()
    if not is_valid or not is_plain or "@" in parts.netloc or parts.fragment or text.strip().endswith(("?", "#")):
        raise ValueError(requirement)
    return parts


def _address(text: str) -> str:
    parts = _split(text, ADDRESS)
    if parts.path.strip("/") or parts.query:
        raise ValueError(ADDRESS)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _host_name(text: str) -> str:
    if not is_host(text.strip()):
        raise ValueError("must be the name or number of a machine, without scheme and port")
    return text.strip()


def _mail_address(text: str) -> str:
    mailbox, _, host = text.strip().rpartition("@")
    if not MAILBOX.fullmatch(mailbox) or not HOST.fullmatch(host.lower()):
        raise ValueError("must be a mail address such as cards@orion.example, without a name before it")
    return text.strip()


def _one_line(text: str) -> str:
    if not text.strip().isprintable():
        raise ValueError("must be one line of printable characters")
    return text.strip()


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    # Pages show it in zones of their own, in which the first and the last day of the calendar may not exist.
    if moment is None or moment.tzinfo is None or moment.year in {MINYEAR, MAXYEAR}:
        raise ValueError("must be a time with its zone, such as 2026-12-24T14:30+01:00")
    return moment.isoformat(timespec="minutes")


def _token(text: str) -> str:
    if not text.isascii() or not text.strip().isprintable() or " " in text.strip():
        raise ValueError("must be one word without accents, as it travels in a header")
    return text.strip()


def _secrets(text: str) -> str:
    if not parts_of(text):
        raise ValueError("must have at least one key, with commas between several")
    return ",".join(map(_one_line, parts_of(text)))


Address = Annotated[str, checked_by(_address, "address")]
"""`scheme://host:port`, without a trailing slash."""
Addresses = Annotated[str, checked_by(lambda text: ",".join(map(_address, parts_of(text))), length_max=LIST_MAX)]
Url = Annotated[str, checked_by(lambda text: _split(text, URL).geturl(), "url")]
SecretUrl = Annotated[str, checked_by(lambda text: _split(text, URL).geturl(), "url", is_secret=True)]
HostName = Annotated[str, checked_by(_host_name, "host")]
MailAddresses = Annotated[
    str, checked_by(lambda text: ",".join(map(_mail_address, parts_of(text))), length_max=LIST_MAX)
]
MailAddress = Annotated[str, checked_by(_mail_address, "mail_address", length_max=MAIL_ADDRESS_MAX)]
OneLine = Annotated[str, checked_by(_one_line, "one_line", length_max=LINE_MAX)]
Name = Annotated[str, checked_by(_one_line, "one_line", length_max=NAME_MAX)]
SecretLine = Annotated[str, checked_by(_one_line, "one_line", is_secret=True)]
Moment = Annotated[str, checked_by(_moment, MOMENT, length_max=NAME_MAX)]
"""In ISO 8601, with the offset of the zone in which it was written."""
Port = Annotated[int, Meta(ge=1, le=65535)]
Token = Annotated[str, checked_by(_token, "token")]
SecretToken = Annotated[str, checked_by(_token, "token", is_secret=True)]
NamedPath = Annotated[str, checked_by(expanded)]
Secrets = Annotated[str, checked_by(_secrets, is_secret=True, length_max=LIST_MAX)]
"""Comma-separated, newest first: the first signs and encrypts, all verify and decrypt."""
Networks = Annotated[str, checked_by(lambda text: ",".join(map(str, networks(text))), length_max=LIST_MAX)]
