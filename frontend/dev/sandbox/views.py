"""Shows a card's passes on two simulated phones, in development."""

from typing import NamedTuple
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.dev.sandbox.schemas import ShownPass, ShownPhones
from backend.loyalty.cards.schemas import OwnCardView
from backend.wallets.schemas import Wallets
from frontend.api.client import Caller
from frontend.api.storefront import get_card_page
from frontend.dev.sandbox.api import get_phones, list_sandbox_cards, tap_button
from frontend.dev.sandbox.faces import face_of
from frontend.kit.pages import is_htmx, page, redirect
from frontend.kit.passes import WALLET_NAMES, PassFace, Wallet
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator

PLACE = "/sandbox"


@get(PLACE, name="sandbox")
async def show_sandbox(request: Request) -> Response[str]:
    return page(request, "dev/sandbox/page.html", cards=await list_sandbox_cards(request))


@get(f"{PLACE}/{{token:str}}", name="sandbox-phones")
async def show_phones(request: Request, caller: NamedDependency[Caller], token: FromPath[str]) -> Response[str]:
    card = (await get_card_page(caller, token)).card
    phones = await get_phones(request, card.id, language_of(request))
    return _phones(request, card.id, token, phones, card=card)


@get(f"{PLACE}/{{token:str}}/phones/{{card_id:uuid}}", name="sandbox-watch")
async def watch_phones(request: Request, token: FromPath[str], card_id: FromPath[UUID]) -> Response[str]:
    """Polled every second. Calls only the sandbox, not the backend."""
    if not is_htmx(request):
        return redirect(request, f"{PLACE}/{token}")
    return _phones(request, card_id, token, await get_phones(request, card_id, language_of(request)))


@post(f"{PLACE}/{{token:str}}/{{wallet:str}}", status_code=200)
async def add_to_phone(
    request: Request, caller: NamedDependency[Caller], token: FromPath[str], wallet: FromPath[Wallet]
) -> Response[str]:
    """Opens the link behind the wallet button of the card page, as a phone would."""
    card = (await get_card_page(caller, token)).card
    if url := _urls(card.wallets)[wallet]:
        await tap_button(request, card.id, wallet, url)
        return redirect(request, f"{PLACE}/{token}")
    phones = await get_phones(request, card.id, language_of(request))
    _ = get_translator(language_of(request)).gettext
    phones.troubles.append(_("The card’s page has no button for this wallet."))
    return _phones(request, card.id, token, phones, card=card)


def _phones(
    request: Request, card_id: UUID, token: str, phones: ShownPhones, card: OwnCardView | None = None
) -> Response[str]:
    return page(
        request,
        "dev/sandbox/phones_page.html" if card else "dev/sandbox/phones_part.html",
        card_id=card_id,
        token=token,
        card=card,
        phones=[_phone(wallet, installed, language_of(request)) for wallet, installed in _passes(phones)],
        troubles=phones.troubles,
    )


class _Phone(NamedTuple):
    wallet: Wallet
    name: str
    face: PassFace | None
    says: list[str]


def _phone(wallet: Wallet, installed: ShownPass | None, language: str) -> _Phone:
    face, says = (face_of(wallet, installed, language), installed.messages) if installed else (None, [])
    return _Phone(wallet, WALLET_NAMES[wallet], face, says)


def _passes(phones: ShownPhones) -> list[tuple[Wallet, ShownPass | None]]:
    return [("google", phones.google), ("apple", phones.apple)]


def _urls(wallets: Wallets) -> dict[Wallet, str | None]:
    return {"google": wallets.google.save_url, "apple": wallets.apple.pass_url}
