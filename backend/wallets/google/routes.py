from litestar import Controller, post
from litestar.di import NamedDependency

from backend.access.guards import limited
from backend.core.clock import clock
from backend.core.openapi import refusals
from backend.core.problems import NotFound, RateLimited, Unavailable
from backend.core.request_checks import ANY_QUERY
from backend.core.requests import ApiRequest
from backend.wallets.google.open import Google
from backend.wallets.google.problems import CallbackRefused
from backend.wallets.google.signatures import SignatureRefused
from backend.wallets.ports import Transient

PER_MINUTE = 600
"""Google sends the callbacks of all merchants from a few addresses."""


class GoogleCallbackController(Controller):
    path = "/google"
    tags = ["Wallet - Google"]
    opt = {ANY_QUERY: True}

    @post(
        "/callback",
        operation_id="takeGoogleCallback",
        summary="Google tells that a pass was saved or removed; signed with ECv2SigningOnly, taken once per nonce",
        status_code=200,
        guards=[limited("google-callback", PER_MINUTE)],
        responses=refusals(CallbackRefused, NotFound, RateLimited, Unavailable),
    )
    async def take(self, request: ApiRequest, google: NamedDependency[Google | None]) -> None:
        if google is None:
            raise NotFound
        try:
            await google.callbacks.process(await request.body(), clock.now())
        except SignatureRefused as error:
            raise CallbackRefused from error
        except Transient as error:
            raise Unavailable from error
