"""Checks of an endpoint that its types do not say."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

import httpx

from backend.core.outbound.calls import CallFailed, outbound_errors
from backend.core.outbound.egress import HTTPS, Address, is_public
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.webhooks.event_types import CHOICES
from i18n.translator import N_

NO_ADDRESS = N_("Enter an address such as https://orion.example/path, without a name or password before the host.")


def check_endpoint(url: str, event_types: Sequence[str], *, allows_loopback: bool) -> None:
    """What a name resolves to is checked at each delivery. Raises ValidationFailed with all errors."""
    if errors := [*_check_url(url, allows_loopback=allows_loopback), *_check_types(event_types)]:
        raise ValidationFailed(*errors)


def _check_url(url: str, *, allows_loopback: bool) -> Iterator[FieldError]:
    try:
        with outbound_errors():
            target = httpx.URL(url)
            host, port = target.host, target.port or HTTPS
    except CallFailed:
        yield FieldError("/url", "invalid", NO_ADDRESS)
        return
    literal = _literal(host)
    is_loopback = host == "localhost" or (literal is not None and literal.is_loopback)
    if not host or target.userinfo or target.fragment or target.scheme not in {"http", "https"}:
        yield FieldError("/url", "invalid", NO_ADDRESS)
    elif is_loopback and allows_loopback:
        return
    elif target.scheme != "https":
        yield FieldError("/url", "https_required", N_("The address must begin with https://."))
    elif port != HTTPS:
        yield FieldError("/url", "port_not_allowed", N_("The port must be 443."))
    elif is_loopback or (literal is not None and not is_public(literal)):
        yield FieldError("/url", "not_public", N_("The address is not public."))


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _check_types(event_types: Sequence[str]) -> Iterator[FieldError]:
    for index, name in enumerate(event_types):
        if name not in CHOICES:
            yield FieldError(f"/event_types/{index}", "unknown", N_("There is no such event."))
