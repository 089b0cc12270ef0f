"""TCP: the connection to the port, and which neighbors answer when it does not."""

import asyncio
import errno
from collections.abc import Sequence
from ipaddress import IPv6Address

from backend.core.outbound.egress import Address
from backend.core.sentence import Sentence, say
from backend.messaging.connection_test.connections import Connected, connect
from backend.messaging.connection_test.mail_ports import MailPort, neighbors_of, probe_all
from backend.messaging.connection_test.results import StepFailed
from backend.messaging.connection_test.schemas import PortAnswer, StepFacts
from backend.settings.schemas import SettingValue
from i18n.translator import N_

TCP_SECONDS = 10.0
SLOW_SECONDS = 1.0
"""After this time without an answer the neighbors are probed as well."""
NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL}


async def open_connection(mail_port: MailPort, addresses: Sequence[Address], host: str) -> Connected:
    """Raises StepFailed, which names the best neighbor that answers."""
    attempt = asyncio.create_task(connect(addresses, mail_port.port))
    search: asyncio.Task[list[PortAnswer]] | None = None
    try:
        await asyncio.wait([attempt], timeout=SLOW_SECONDS)
        if not _has_succeeded(attempt):
            search = asyncio.create_task(probe_all(neighbors_of(mail_port.port), addresses, host))
            await asyncio.wait([attempt], timeout=TCP_SECONDS - SLOW_SECONDS)
        if search is None or _has_succeeded(attempt):
            return attempt.result()
        error = attempt.exception() if attempt.done() else TimeoutError()
        raise _failure(error, mail_port, addresses, host, await search) from error
    finally:
        await _give_up(attempt, search)


def best_of(answers: Sequence[PortAnswer], addresses: Sequence[Address]) -> tuple[Sentence, dict[str, SettingValue]]:
    """What to do, as a sentence and as settings. Ports without TLS are of use on this machine only."""
    is_here = all(address.is_loopback for address in addresses)
    useful = [answer for answer in answers if answer.security != "none" or is_here]
    if not useful:
        return say(N_("No other email port of this host answers either: check the host and the firewall.")), {}
    best = min(useful, key=lambda answer: answer.security == "none")
    advice = {
        "starttls": N_("Port %(port)s on the same host answered in %(ms)s ms: use STARTTLS on port %(port)s."),
        "tls": N_("Port %(port)s on the same host answered in %(ms)s ms: use TLS on port %(port)s."),
        "none": N_("Port %(port)s on the same host answered in %(ms)s ms: use port %(port)s without TLS."),
    }
    sentence = say(advice[best.security], port=str(best.port), ms=str(best.milliseconds))
    return sentence, MailPort(best.port, best.security).settings


def _failure(
    error: BaseException | None, mail_port: MailPort, addresses: Sequence[Address], host: str, answers: list[PortAnswer]
) -> StepFailed:
    facts = StepFacts(addresses=[str(address) for address in addresses], neighbors=answers)
    is_v6_only = all(isinstance(address, IPv6Address) for address in addresses)
    if isinstance(error, OSError) and error.errno in NO_ROUTE and is_v6_only:
        return StepFailed(
            "ipv6_only",
            say(N_("%(host)s has IPv6 addresses only, which cannot be reached from this machine."), host=host),
            say(N_("Give this machine IPv6, or use an email server that has an IPv4 address.")),
            facts=facts,
        )
    code, sentence = _what_happened(error, str(mail_port.port), host)
    remedy, suggestion = best_of(answers, addresses)
    return StepFailed(code, sentence, remedy, suggestion=suggestion, facts=facts)


def _what_happened(error: BaseException | None, port: str, host: str) -> tuple[str, Sentence]:
    if isinstance(error, TimeoutError):
        seconds = str(round(TCP_SECONDS))
        return "tcp_timeout", say(N_("Port %(port)s did not answer within %(seconds)s s."), port=port, seconds=seconds)
    if isinstance(error, ConnectionRefusedError):
        return "tcp_refused", say(N_("Port %(port)s refuses connections: nothing listens there."), port=port)
    return "unreachable", say(N_("%(host)s cannot be reached from this machine."), host=host)


def _has_succeeded(attempt: asyncio.Task[Connected]) -> bool:
    return attempt.done() and attempt.exception() is None


async def _give_up(attempt: asyncio.Task[Connected], search: asyncio.Task[list[PortAnswer]] | None) -> None:
    """Ends what is still running. A cancelled attempt closes its connections."""
    running = [task for task in (attempt, search) if task is not None and not task.done()]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
