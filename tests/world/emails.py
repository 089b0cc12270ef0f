"""Emails that did not arrive, for pages that show one, and those of other tests."""

from datetime import timedelta
from uuid import UUID

import asyncpg

from backend.core.clock import clock
from backend.messaging.actions import queue_mail
from backend.messaging.history import MailEvent, stored_history
from backend.messaging.templates.catalog.loyalty_card_link import LOYALTY_CARD_LINK, CardLinkValues
from backend.messaging.templates.facts import CustomerFacts, MailedCardFacts, MerchantFacts
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM
from tests.world.shop import Shop

RECIPIENT = "μαρία@example.com"


async def put_off_waiting_emails(superuser: asyncpg.Connection) -> None:
    """Those of other tests, and the events of which more would come: they may be so many that a run of the worker ends
    before it comes to the test's own.
    """
    await superuser.execute("DELETE FROM outbox")
    for table in ("email_logs", "platform_mails"):
        await superuser.execute(
            f"UPDATE {table} SET available_at = available_at + interval '90 days' WHERE status = 'queued'"
        )


async def a_failed_email(shop: Shop) -> UUID:
    """Tried three times in the last minutes."""
    now = clock.now()
    values = CardLinkValues(
        MerchantFacts("Καφέ"), CustomerFacts("Μαρία"), MailedCardFacts("BDFHKLNPRSTVXGCJ", "http://orion.test/c/…")
    )
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        mail = await queue_mail(
            session, shop.merchant_id, LOYALTY_CARD_LINK, values,
            recipient=RECIPIENT, language="fr", now=now - timedelta(minutes=3), brand=SAMPLE_BRAND,
            platform_name=SAMPLE_PLATFORM,
        )  # fmt: skip
        history = [
            MailEvent(now - timedelta(minutes=minutes), "failed", "auth_refused", "535 5.7.8 Ναι")
            for minutes in (3, 2, 1)
        ]
        mail.status, mail.attempts, mail.history = "failed", 3, stored_history(history)
        mail.error_code, mail.error = "auth_refused", "535 5.7.8 Ναι"
        mail.provider, mail.host, mail.port, mail.security = "smtp", "post.example", 587, "starttls"
        mail.sender_name, mail.sender_address = "Καφέ", "cards@orion.example"
        mail.message_id, mail.reply_to = f"<{mail.id}@orion.example>", "shop@example.com"
        return mail.id
