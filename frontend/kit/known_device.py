"""Proofs of earlier sign-ins with this browser. The backend counts failed attempts of known devices separately."""

from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from frontend.kit.preferences import YEAR_SECONDS
from frontend.kit.request import Request
from frontend.settings import Settings

PROOFS_MAX = 8


def known_device(request: Request) -> str:
    """The proofs of this browser, in the format of the `Known-Device` header."""
    return request.cookies.get(_name(request.app.state.settings), "").replace(".", ",")


def remember_device(request: Request, response: Response[Any], proof: str) -> None:
    """Adds the proof in front of those of colleagues who use the same browser."""
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
