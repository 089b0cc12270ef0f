"""Run due reactions: of the till's events, and of those recorded by the thousand."""

import time
from typing import Any

import structlog

from backend.core.clock import clock
from backend.core.outbox import BATCH, relay
from backend.core.outbox_bulk import BULK_BATCH, relay_bulk
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.identity.customers.mails import SignInMails
from backend.identity.device_alerts import DeviceAlerts
from backend.loyalty.occasions.expiry import ExpiryMails
from backend.loyalty.occasions.mails import CardMails
from backend.reactions import bulk_reactions, reactions
from backend.services import Services

RUN_SECONDS, REPEAT_SECONDS = 5.0, 15.0
"""No reaction begins later in a run, and no run is repeated later: a run that outlives its 25 s is cut in a reaction.
While tills book all the time, each of their wake-ups asks for one more repetition."""

log = structlog.get_logger()


async def relay_outbox(context: dict[str, Any]) -> None:
    """Runs until nothing is due, or for RUN_SECONDS, then wakes the job that sends mails.

    Mails are sent by another job, so that a slow mail server does not delay passes.
    """
    services: Services = context["services"]
    mails = CardMails(services.links, services.unsubscribe_links, services.key_ring, services.live)
    sign_ins = SignInMails(services.links, services.not_me_links, services.key_ring, services.live)
    alerts = DeviceAlerts(services.settings.public_url, services.live)
    table, total = reactions(mails, sign_ins, alerts, services.queue), 0
    until = time.monotonic() + RUN_SECONDS
    while count := await relay(services.sessions, table, clock.now(), until=until):
        total += count
        if count < BATCH:
            break
    if total:
        log.debug("relayed", messages=total)
        await try_to_wake(services.queue, SEND_MAILS)


async def relay_bulk_outbox(context: dict[str, Any]) -> None:
    """Like `relay_outbox`, in a job of its own: nothing that somebody waits for is behind it."""
    services: Services = context["services"]
    table, total = bulk_reactions(ExpiryMails(services.links, services.live), services.queue), 0
    while count := await relay_bulk(services.sessions, table, clock.now()):
        total += count
        if count < BULK_BATCH:
            break
    if total:
        log.debug("relayed_in_bulk", messages=total)
        await try_to_wake(services.queue, SEND_MAILS)
