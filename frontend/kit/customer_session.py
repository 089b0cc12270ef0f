"""The cookie of a customer who signs in, apart from the session of staff. It is encrypted, as that one is."""

import base64
import binascii
import secrets
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar import Response
from litestar.datastructures import Cookie

from frontend.api.client import Caller
from frontend.kit.caller import anonymous_caller
from frontend.kit.keys import derived_keys
from frontend.kit.request import Request
from frontend.settings import Settings

PURPOSE = "customer session"
MONTH_SECONDS = 30 * 24 * 3600
"""As long as the backend's token is valid."""
NONCE_BYTES = 12


class CustomerSession(msgspec.Struct, frozen=True):
    """Where somebody is in signing in: a code is on its way, or they are signed in."""

    store_code: str
    """Where they came from: the session is for the merchant of this store."""
    email: str = ""
    attempt: str = ""
    token: str = ""

    def caller(self, request: Request) -> Caller:
        return anonymous_caller(request).signed_in(self.token)


def find_customer_session(request: Request) -> CustomerSession | None:
    """None without a cookie, and for one that no key decrypts."""
    settings: Settings = request.app.state.settings
    try:
        raw = base64.b64decode(request.cookies.get(_name(settings), ""), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    for key in derived_keys(settings.keys, PURPOSE):
        try:
            plain = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], PURPOSE.encode())
            return msgspec.json.decode(plain, type=CustomerSession)
        except (InvalidTag, ValueError):
            continue
    return None


def keep_customer_session(request: Request, response: Response[Any], session: CustomerSession) -> None:
    settings: Settings = request.app.state.settings
    nonce = secrets.token_bytes(NONCE_BYTES)
    cipher = AESGCM(derived_keys(settings.keys, PURPOSE)[0])
    sealed = nonce + cipher.encrypt(nonce, msgspec.json.encode(session), PURPOSE.encode())
    _set(response, settings, base64.urlsafe_b64encode(sealed).decode(), MONTH_SECONDS)


def forget_customer_session(request: Request, response: Response[Any]) -> None:
    _set(response, request.app.state.settings, "", 0)


def _set(response: Response[Any], settings: Settings, value: str, max_age: int) -> None:
    # Not strict: a link in an email opens the account. Forms are guarded against other sites.
    response.set_cookie(
        Cookie(_name(settings), value=value, max_age=max_age, httponly=True, samesite="lax", secure=settings.is_https)
    )


def _name(settings: Settings) -> str:
    return "__Host-customer" if settings.is_https else "customer"
