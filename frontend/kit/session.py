"""The session cookie, which holds the backend's token. It is encrypted: the browser can neither read nor change it."""

import contextlib
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar.middleware.base import DefineMiddleware
from litestar.middleware.session.base import SessionMiddleware
from litestar.middleware.session.client_side import ClientSideSessionBackend, CookieBackendConfig

from frontend.kit.keys import derived_keys
from frontend.settings import Settings

LONGEST_SHIFT_SECONDS = 12 * 3600
"""An upper bound; the backend's token expires earlier."""
WITHOUT_SESSION = [r"^/static/", r"^/health/", r"^/sw\.js$", r"^/csp-reports$"]


class RotatingSessionBackend(ClientSideSessionBackend):
    """Encrypts with the newest key and also decrypts with the older ones."""

    def __init__(self, config: CookieBackendConfig, older_keys: list[bytes]) -> None:
        super().__init__(config)
        self._ciphers = [self.aesgcm, *map(AESGCM, older_keys)]

    def load_data(self, data: list[bytes]) -> dict[str, Any]:
        """A cookie that no key decrypts, or that is not base64 or JSON, is an empty session."""
        for cipher in self._ciphers:
            with contextlib.suppress(InvalidTag, ValueError):
                self.aesgcm = cipher
                return super().load_data(data)
        self.aesgcm = self._ciphers[0]
        return {}

    def dump_data(self, data: Any, scope: Any = None) -> list[bytes]:
        self.aesgcm = self._ciphers[0]
        return super().dump_data(data, scope)


def session_middleware(settings: Settings) -> DefineMiddleware:
    """`__Host-` prevents a sibling domain from setting the cookie; browsers require HTTPS for it."""
    newest, *older = derived_keys(settings.keys, "session")
    config = CookieBackendConfig(
        secret=newest,
        key="__Host-session" if settings.is_https else "session",
        secure=settings.is_https,
        samesite="strict",
        max_age=LONGEST_SHIFT_SECONDS,
        exclude=WITHOUT_SESSION,
    )
    return DefineMiddleware(SessionMiddleware, backend=RotatingSessionBackend(config, older))
