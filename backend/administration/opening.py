"""Opens a merchant: with a store, a policy, the owner's invitation and, when wished, a program."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.administration.problems import MerchantCodeTaken
from backend.administration.program_templates import add_program
from backend.administration.schemas.merchants import MerchantDraft, OwnerDraft
from backend.administration.stores import check_store_code, place_store
from backend.administration.time_zones import check_time_zone
from backend.audit.actions import record_change
from backend.core.ids import new_id
from backend.core.origin import Origin, PlatformOrigin
from backend.core.text_cleaning import clean_email
from backend.identity.invitations.actions import invite_to_merchant
from backend.identity.invitations.schemas import StaffInvitationDraft
from backend.identity.invitations.sender import Sender
from backend.merchants.models import Merchant, Policy

CURRENCY = "EUR"


async def open_merchant(session: AsyncSession, sender: Sender, admin: PlatformOrigin, draft: MerchantDraft) -> Origin:
    """The origin of what the admin does for the merchant from now on. Begins before a merchant is settled.

    Raises ValidationFailed, MerchantCodeTaken, StoreCodeTaken, and what `invite_to_merchant` raises.
    """
    await check_time_zone(session, draft.timezone, "/timezone")
    await check_time_zone(session, draft.store.timezone, "/store/timezone")
    await check_store_code(session, draft.store.code)
    merchant = await _add_merchant(session, admin, draft)
    origin = admin.on_behalf_of(merchant.id)
    # Looks for the person's account, and settles the merchant.
    await invite_to_merchant(session, sender, origin, _invitation(draft.owner, draft))
    session.add(Policy(merchant_id=merchant.id, updated_at=admin.now))
    record_change(session, origin, "merchant.opened", subject_id=merchant.id, after=merchant_fields(merchant))
    await place_store(session, origin, merchant, draft.store)
    if draft.program is not None:
        await add_program(session, origin, draft.program)
    return origin


def merchant_fields(merchant: Merchant) -> dict[str, object]:
    """Those that an administrator sets."""
    return {
        "name": merchant.name,
        "timezone": merchant.timezone,
        "language": merchant.default_language,
        "contact_email": merchant.contact_email,
        "postal_address": merchant.postal_address,
    }


async def _add_merchant(session: AsyncSession, admin: PlatformOrigin, draft: MerchantDraft) -> Merchant:
    """Raises MerchantCodeTaken."""
    if await session.scalar(select(Merchant.id).where(Merchant.code == draft.code)) is not None:
        raise MerchantCodeTaken
    merchant = Merchant(
        id=new_id(),
        code=draft.code,
        name=draft.name,
        timezone=draft.timezone,
        default_language=draft.language,
        currency=CURRENCY,
        contact_email=clean_email(draft.contact_email) if draft.contact_email else None,
        postal_address=draft.postal_address,
        created_at=admin.now,
        updated_at=admin.now,
    )
    session.add(merchant)
    try:
        await session.flush()
    except IntegrityError as error:
        # Opened twice at the same moment.
        raise MerchantCodeTaken from error
    return merchant


def _invitation(owner: OwnerDraft, draft: MerchantDraft) -> StaffInvitationDraft:
    """In the merchant's language: the owner may not know the administrator's."""
    return StaffInvitationDraft(email=owner.email, name=owner.name, language=draft.language, role="merchant_owner")
