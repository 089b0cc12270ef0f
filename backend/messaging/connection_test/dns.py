"""DNS: the addresses of a host, and whether Orion may connect to them."""

import socket
from collections.abc import Collection, Sequence

import msgspec

from backend.core.outbound.calls import CallFailed, causes
from backend.core.outbound.egress import Address, is_public, resolve
from backend.core.sentence import say
from backend.messaging.connection_test.results import Passed, StepFailed
from backend.messaging.connection_test.schemas import StepFacts
from i18n.translator import N_

DNS_SECONDS = 5.0
UNANSWERED = {socket.EAI_AGAIN, socket.EAI_FAIL}


class Reach(msgspec.Struct, frozen=True):
    """The servers that a test may connect to. Other ports than the given ones are for loopback addresses only."""

    allows_private: bool

    def check(self, host: str, port: int, ports: Collection[int], addresses: Sequence[Address]) -> None:
        """Raises StepFailed. Every address must be permitted: DNS decides which one is tried."""
        facts = StepFacts(addresses=[str(address) for address in addresses])
        if not self.allows_private and not all(map(is_public, addresses)):
            raise StepFailed(
                "address_refused",
                say(N_("%(host)s is not a public address, so it is not tested."), host=host),
                say(N_("If it is your own email server, permit private hosts in the security settings.")),
                facts=facts,
            )
        if port not in ports and not all(address.is_loopback for address in addresses):
            raise StepFailed(
                "port_refused",
                say(N_("Port %(port)s is none for email, so it is not tested."), port=str(port)),
                say(N_("Use one of the ports %(ports)s."), ports=", ".join(map(str, sorted(ports)))),
                facts=facts,
            )


async def look_up(host: str, port: int, reach: Reach, ports: Collection[int]) -> tuple[list[Address], Passed]:
    """Raises StepFailed when the host has no address, or one that may not be connected to."""
    try:
        addresses = await resolve(host, port, seconds=DNS_SECONDS)
    except CallFailed as failure:
        raise _not_found(host, failure) from failure
    reach.check(host, port, ports, addresses)
    shown = [str(address) for address in addresses]
    sentence = say("%(host)s → %(addresses)s", host=host, addresses=", ".join(shown))
    return addresses, Passed(sentence, StepFacts(addresses=shown))


def _not_found(host: str, failure: CallFailed) -> StepFailed:
    numbers = {error.errno for error in causes(failure) if isinstance(error, socket.gaierror)}
    if numbers & UNANSWERED or any(isinstance(error, TimeoutError) for error in causes(failure)):
        return StepFailed(
            "dns_unavailable",
            say(N_("The name %(host)s could not be looked up: DNS did not answer."), host=host),
            say(N_("Check the DNS server of this machine.")),
        )
    return StepFailed(
        "host_not_found",
        say(N_("There is no host %(host)s."), host=host),
        say(N_("Check the spelling of the host.")),
    )
