"""Google's token endpoint: believes only what a service account has signed."""

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
    """The code that OAuth answers, such as `invalid_grant`, and what Google says with it."""

    def __init__(self, code: str, description: str = "Bad Request") -> None:
        super().__init__(code)
        self.description = description


class TokenOffice:
    """`known`: public keys by their ids, by the account's email."""

    def __init__(self, known: dict[str, dict[str, str]]) -> None:
        self.known = known
        self.issued_count = 0
        self._good_until: dict[str, float] = {}

    def issue(self, form: bytes) -> dict[str, Any]:
        """Raises GrantRefused."""
        fields = parse_qs(form.decode())
        if fields.get("grant_type") != [GRANT]:
            raise GrantRefused("unsupported_grant_type")
        self._check(fields.get("assertion", [""])[0])
        token = f"ya29.{secrets.token_urlsafe(48)}"
        self._good_until[token] = time.monotonic() + LIFETIME_SECONDS
        self.issued_count += 1
        return {"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"}

    def accepts(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return scheme == "Bearer" and self._good_until.get(token, 0) > time.monotonic()

    def revoke_all(self) -> None:
        """As when somebody withdraws the tokens before their time."""
        self._good_until.clear()

    def _check(self, assertion: str) -> None:
        claims = self.claims(assertion, AUDIENCE)
        if claims.get("scope") != SCOPE:
            raise GrantRefused("invalid_scope")
        if claims["exp"] - claims["iat"] > ASSERTION_SECONDS_MAX:
            raise GrantRefused("invalid_grant", TIMEFRAME)

    def claims(self, token: str, audience: str) -> dict[str, Any]:
        """Of a JWT whose issuer is known to us and has signed it."""
        told: dict[str, Any] = {}
        try:
            told = jwt.decode(token, verify=False)  # type: ignore[no-untyped-call]
            if told.get("iss") not in self.known:
                raise GrantRefused("invalid_grant", "Invalid grant: account not found")
            claims: dict[str, Any] = jwt.decode(  # type: ignore[no-untyped-call]
                token, certs=self.known[told["iss"]], audience=audience
            )
        except (ValueError, GoogleAuthError) as error:
            raise GrantRefused("invalid_grant", _description(told)) from error
        return claims


def _description(told: dict[str, Any]) -> str:
    """Of a token whose account is known: its time is wrong, or its signature."""
    now = time.time()
    is_timely = told.get("iat", 0) <= now + CLOCK_SKEW_SECONDS and told.get("exp", 0) >= now - CLOCK_SKEW_SECONDS
    return "Invalid JWT Signature." if is_timely else TIMEFRAME
