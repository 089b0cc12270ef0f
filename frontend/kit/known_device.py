"""Who has signed in with this browser before: their tries are counted apart from those of strangers."""

from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from frontend.kit.reader import YEAR_SECONDS
from frontend.kit.request import Request
from frontend.settings import Settings

PROOFS_MAX = 8


def known_device(request: Request) -> str:
    """The proofs this browser was given, as the backend takes them."""
    return request.cookies.get(_name(request.app.state.settings), "").replace(".", ",")


def remember_device(request: Request, response: Response[Any], proof: str) -> None:
    """The newest first: colleagues share a till."""
    settings: Settings = request.app.state.settings
    earlier = [known for known in known_device(request).split(",") if known and known != proof]
    response.set_cookie(
        Cookie(
            _name(settings),
            value=".".join([proof, *earlier][:PROOFS_MAX]),
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="strict",
            secure=settings.is_https,
        )
    )


def _name(settings: Settings) -> str:
    return "__Host-known-device" if settings.is_https else "known-device"
