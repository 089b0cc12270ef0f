"""Writes the outcome of a mail's conversation, also when PostgreSQL goes away during it."""

import asyncio
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


async def write_outcome(
    services: Services, merchant_id: UUID | None, mail: QueuedMail, settings: MailSettings, result: str | MailRefusal
) -> None:
    """Tries until the mail's lease ends: afterwards another worker notes that the outcome is unknown.

    Without the further tries the provider would get every mail twice that it takes while PostgreSQL restarts.
    """
    now, until, is_told = clock.now(), mail.available_at, False
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
