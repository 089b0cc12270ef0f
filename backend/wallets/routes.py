from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect

from backend.access.guards import limited
from backend.core.failures import on_problem
from backend.core.openapi import refusals
from backend.core.problems import Problem
from backend.core.request_checks import ANY_QUERY
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.wallets.google.open import Google
from backend.wallets.problems import WalletNotConfigured, WalletUnavailable
from backend.wallets.save_to_google import SaveToGoogle
from backend.wallets.sync import WalletSync

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def provide_save_to_google(
    wallet_sync: NamedDependency[WalletSync], links: NamedDependency[CardLinks], google: NamedDependency[Google | None]
) -> SaveToGoogle:
    return SaveToGoogle(wallet_sync, links, google)


def redirect_to_page(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    """A browser is redirected to the card's page, which shows the problem; other clients get JSON."""
    if "text/html" not in request.headers.get("accept", ""):
        return on_problem(request, problem)
    links: CardLinks = request.app.state.resources.links
    page = links.way_back(request.path_params["token"], problem.code)
    return Redirect(page, status_code=303, headers=PRIVATE)


class GoogleSaveController(Controller):
    path = "/loyalty/wallets/google"
    tags = ["Loyalty - Storefront"]
    opt = {ANY_QUERY: True}
    dependencies = {"save_to_google": Provide(provide_save_to_google, sync_to_thread=False)}

    @get(
        "/{token:str}",
        operation_id="saveToGoogleWallet",
        summary="Add to Google Wallet; the token is the right to do so",
        description="Makes the pass ready, then redirects to Google. The address it redirects to is good for an hour. "
        "A browser that is refused is led back to the card's page.",
        status_code=302,
        exception_handlers={Problem: redirect_to_page},
        guards=[limited("wallet-save", 30)],
        responses=refusals(CardNotFound, WalletNotConfigured, WalletUnavailable),
    )
    async def save(self, token: FromPath[str], save_to_google: NamedDependency[SaveToGoogle]) -> Redirect:
        return Redirect(await save_to_google.url(token), headers=PRIVATE)
