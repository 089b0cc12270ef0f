"""What customers may see and do without signing in. Store codes are case-insensitive: posters print capitals."""

from urllib.parse import quote

from backend.loyalty.enrollment.schemas import CardLinkRequest, ChangeOwnCard, SelfEnroll, SelfEnrollView
from backend.loyalty.marketing.schemas import ChangeEmailChoices, EmailChoices
from backend.loyalty.programs.schemas import PublicProgram
from backend.loyalty.till.schemas import CardPage
from frontend.api.client import Caller


async def get_public_program(caller: Caller, store_code: str) -> PublicProgram:
    return await caller.get(f"{_store(store_code)}/program", PublicProgram)


async def join_program(caller: Caller, store_code: str, form: SelfEnroll, *, key: str) -> SelfEnrollView:
    """Returns no card code for an email address that already has a card; the card is sent to that address only."""
    return await caller.post(f"{_store(store_code)}/enroll", form, SelfEnrollView, key=key)


async def get_card_page(caller: Caller, token: str) -> CardPage:
    """The token alone authorizes the call."""
    return await caller.get(f"/storefront/loyalty/cards/{quote(token, safe='')}", CardPage)


async def change_own_card(caller: Caller, token: str, change: ChangeOwnCard) -> CardPage:
    return await caller.patch(f"/storefront/loyalty/cards/{quote(token, safe='')}", change, CardPage)


async def request_card_link(caller: Caller, form: CardLinkRequest) -> None:
    """The answer is the same whether or not the email address has a card."""
    await caller.tell("/storefront/loyalty/card-links", form)


async def get_email_choices(caller: Caller, token: str) -> EmailChoices:
    """The token alone authorizes the call."""
    return await caller.get(_choices(token), EmailChoices)


async def choose_emails(caller: Caller, token: str, *, accept_marketing: bool) -> EmailChoices:
    """Safe to repeat."""
    return await caller.put(_choices(token), ChangeEmailChoices(accept_marketing), EmailChoices)


def _choices(token: str) -> str:
    return f"/storefront/loyalty/email-choices/{quote(token, safe='')}"


def _store(store_code: str) -> str:
    return f"/storefront/loyalty/{quote(store_code.upper(), safe='')}"
