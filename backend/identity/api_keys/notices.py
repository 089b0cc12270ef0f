"""Emails to the owners about a new secret, in the transaction that makes it."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.resources import Resources
from backend.merchants.models import Merchant
from backend.messaging.actions import queue_platform_mail
from backend.messaging.templates.catalog.api_key_notice import API_KEY_NOTICE, ApiKeyFacts, ApiKeyNoticeValues
from backend.messaging.templates.facts import MerchantFacts, UserFacts
from backend.staff.queries import list_owners
from i18n.formatting import get_formatter
from i18n.translator import N_, get_translator

CREATED = N_("The API key %(name)s was created")
ROTATED = N_("The API key %(name)s got a new secret")
PAGE = "/office/api"


async def notify_owners(session: AsyncSession, resources: Resources, origin: Origin, headline: str, name: str) -> None:
    """`headline`: CREATED or ROTATED. `name`: of the key."""
    merchant = await session.get_one(Merchant, origin.merchant_id)
    for owner in await list_owners(session, origin.merchant_id):
        language = owner.language or merchant.default_language
        facts = ApiKeyFacts(
            headline=get_translator(language).gettext(headline, name=name),
            by=origin.user_name or "",
            moment=get_formatter(language, merchant.timezone).datetime(origin.now),
            url=f"{resources.settings.public_url}{PAGE}",
        )
        await queue_platform_mail(
            session,
            f"{API_KEY_NOTICE.code} {new_id()}",
            API_KEY_NOTICE,
            ApiKeyNoticeValues(merchant=MerchantFacts(merchant.name), user=UserFacts(owner.name), key=facts),
            recipient=owner.email,
            language=language,
            now=origin.now,
            platform_name=resources.live.current.branding.platform_name,
        )
