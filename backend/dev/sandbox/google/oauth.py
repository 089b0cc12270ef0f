"""Google's token endpoint: issues tokens for assertions that a service account has signed."""

import secrets
import time
from typing import Any
from urllib.parse import parse_qs

from google.auth import jwt
from google.auth.exceptions import GoogleAuthError

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
LIFETIME_SECONDS = 3599
ASSERTION_SECONDS_MAX = 3600
CLOCK_SKEW_SECONDS = 10


TIMEFRAME = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
    " Check your iat and exp values in the JWT claim."
)


class GrantRefused(Exception):
    """An OAuth error: its code, such as `invalid_grant`, and Google's description."""

    def __init__(self, code: str, description: str = "Bad Request") -> None:
        super().__init__(code)
        self.description = description


class TokenEndpoint:
    """`known`: public keys by id, by the account's email."""

    def __init__(self, known: dict[str, dict[str, str]]) -> None:
        self.known = known
        self.issued_count = 0
        self._valid_until: dict[str, float] = {}

    def issue(self, form: bytes) -> dict[str, Any]:
        """Raises GrantRefused."""
        fields = parse_qs(form.decode())
        if fields.get("grant_type") != [GRANT]:
            raise GrantRefused("unsupported_grant_type")
        self._check(fields.get("assertion", [""])[0])
        token = f"ya29.{secrets.token_urlsafe(48)}"
        self._valid_until[token] = time.monotonic() + LIFETIME_SECONDS
        self.issued_count += 1
        return {"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"}

    def accepts(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return scheme == "Bearer" and self._valid_until.get(token, 0) > time.monotonic()

    def revoke_all(self) -> None:
        """Revokes all tokens before they expire."""
        self._valid_until.clear()

    def _check(self, assertion: str) -> None:
        claims = self.claims(assertion, AUDIENCE)
        if claims.get("scope") != SCOPE:
            raise GrantRefused("invalid_scope")
        if claims["exp"] - claims["iat"] > ASSERTION_SECONDS_MAX:
            raise GrantRefused("invalid_grant", TIMEFRAME)

    def claims(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of a JWT that a known account has signed. Raises GrantRefused."""
        unverified: dict[str, Any] = {}
        try:
            unverified = jwt.decode(token, verify=False)  # type: ignore[no-untyped-call]
            if unverified.get("iss") not in self.known:
                raise GrantRefused("invalid_grant", "Invalid grant: account not found")
            claims: dict[str, Any] = jwt.decode(  # type: ignore[no-untyped-call]
                token, certs=self.known[unverified["iss"]], audience=audience
            )
        except (ValueError, GoogleAuthError) as error:
            raise GrantRefused("invalid_grant", _description(unverified)) from error
        return claims


def _description(claims: dict[str, Any]) -> str:
    """Why the token of a known account is refused: its times, or its signature."""
    now = time.time()
    is_timely = claims.get("iat", 0) <= now + CLOCK_SKEW_SECONDS and claims.get("exp", 0) >= now - CLOCK_SKEW_SECONDS
    return "Invalid JWT Signature." if is_timely else TIMEFRAME
