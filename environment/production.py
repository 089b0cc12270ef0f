"""Requirements of production for backend and frontend. Each refusal is one sentence."""

from collections.abc import Collection, Sequence

import msgspec

from environment.reading import SettingsError, name_of

KEY_LENGTH_MIN = 32
DIFFERENT_CHARACTERS_MIN = 8
"""One in 30 million random keys of 32 hexadecimal digits has fewer."""
KNOWN_WORDS = ("changeme", "change-me", "change_me", "secret", "password", "example", "orion", "12345678", "abcdefgh")
HSTS = "max-age=31536000"
"""One year, without subdomains, which may be served over http."""
MAKE_ONE = "`openssl rand -hex 32` makes one"


def require_given(given: Collection[str], *fields: str) -> None:
    for field in fields:
        if field not in given:
            raise SettingsError(f"{name_of(field)} is required in production and is not set.")


def require_https(settings: msgspec.Struct, *fields: str) -> None:
    for field in fields:
        address: str = getattr(settings, field)
        if address and not address.startswith("https://"):
            raise SettingsError(
                f"{name_of(field)} must begin with https:// in production.", field=field, code="https_required"
            )


def require_strong(field: str, secrets: Sequence[str]) -> None:
    """Raises SettingsError for a secret that is short, repetitive or contains a known word."""
    for secret in secrets:
        if len(secret) < KEY_LENGTH_MIN:
            raise SettingsError(
                f"{name_of(field)}: each key needs at least {KEY_LENGTH_MIN} characters in production; {MAKE_ONE}."
            )
        if _is_guessable(secret):
            raise SettingsError(f"{name_of(field)}: a key that can be guessed is refused in production; {MAKE_ONE}.")


def _is_guessable(secret: str) -> bool:
    repeats = secret in (secret + secret)[1:-1]
    is_known = any(word in secret.lower() for word in KNOWN_WORDS)
    return repeats or is_known or len(set(secret)) < DIFFERENT_CHARACTERS_MIN
