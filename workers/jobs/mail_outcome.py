"""Writes the outcome of a mail's conversation, also when PostgreSQL goes away during it."""

import asyncio
from datetime import timedelta
from uuid import UUID

from backend.core.clock import clock
from backend.core.mail_settings import MailSettings
from backend.core.outages import server_away
from backend.messaging.mailer import MailRefusal
from backend.messaging.queue import QueuedMail, end_accepted, end_refused
from backend.messaging.suppression import REASONS, suppress
from backend.services import Services
from workers.runner import tell_failure

PAUSE_SECONDS = 0.5
PATIENCE = timedelta(minutes=1)


async def write_outcome(
    services: Services, merchant_id: UUID | None, mail: QueuedMail, settings: MailSettings, result: str | MailRefusal
) -> None:
    """Tries for a minute: when PostgreSQL is back, other workers take no lease for ended before this is written.

    Without the further tries the provider would get every mail twice that it takes while PostgreSQL restarts.
    """
    now, is_told = clock.now(), False
    until = now + PATIENCE
    while True:
        try:
            async with services.sessions.committing(merchant_id) as session:
                if isinstance(result, str):
                    await end_accepted(session, mail, result, now)
                elif await end_refused(session, mail, result, settings, now) in REASONS:
                    await suppress(session, services.key_ring, [(mail.recipient, mail.status, now)])
        except Exception as error:
            if server_away(error) is None or clock.now() >= until:
                raise
            if not is_told:
                tell_failure("mail_outcome_not_written", error, mail=str(mail.id))
            is_told = True
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return
