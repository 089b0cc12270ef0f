"""The supported languages and the negotiation of a user's language."""

import tomllib
from pathlib import Path

LANGUAGES_FILE = Path(__file__).parent / "languages.toml"
_TABLES: dict[str, dict[str, str]] = tomllib.loads(LANGUAGES_FILE.read_text(encoding="utf-8"))

LANGUAGES = tuple(_TABLES)
SOURCE_LANGUAGE = "en"
"""What the sentences in the code are written in: it has no catalog."""
TRANSLATED_LANGUAGES = tuple(language for language in LANGUAGES if language != SOURCE_LANGUAGE)
PLATFORM_LANGUAGE = "fr"
PSEUDO_LANGUAGE = "en_XA"

# The name of each language in that language.
LANGUAGE_NAMES: dict[str, str] = {code: table["name"] for code, table in _TABLES.items()}

# Numbers and dates follow the conventions of Luxembourg, not those of the language's largest country.
FORMATTING_LOCALES: dict[str, str] = {code: table["formats"] for code, table in _TABLES.items()}
FORMATTING_LOCALES[PSEUDO_LANGUAGE] = FORMATTING_LOCALES[SOURCE_LANGUAGE]

# The language whose wallet badge stands in where the vendor has none.
BADGES_BY: dict[str, str] = {code: table["badges"] for code, table in _TABLES.items() if "badges" in table}


def negotiate(
    accept_language: str | None,
    *,
    asked: str | None = None,
    person: str | None = None,
    customer: str | None = None,
    cookie: str | None = None,
    store: str | None = None,
    merchant: str | None = None,
    fallback: str = PLATFORM_LANGUAGE,
    pseudo: bool = False,
) -> str:
    """The first supported language of: the address (`?lang=`), the signed-in user, the customer of the page, the
    cookie, the `Accept-Language` header, the store, the merchant, the platform. Pages, emails and passes all use this
    chain; each passes what it knows.

    With `pseudo` (never in production) the address and the cookie may also request the pseudo-locale `en_XA`. It cannot
    be saved, so that cookie takes precedence over saved languages.
    """
    trial = cookie if pseudo and cookie and _spoken(cookie, pseudo=True) == PSEUDO_LANGUAGE else None
    wishes = (asked, trial, person, customer, cookie, *_header_tags(accept_language or ""), store, merchant)
    spoken = (_spoken(wish, pseudo=pseudo) for wish in wishes if wish)
    return next((language for language in spoken if language), fallback)


def html_language(language: str) -> str:
    """The value of `<html lang>` and of `Content-Language`."""
    return language.replace("_", "-")


def _spoken(tag: str, *, pseudo: bool) -> str | None:
    parts = tag.strip().lower().replace("_", "-").split("-")
    if pseudo and parts == ["en", "xa"]:
        return PSEUDO_LANGUAGE
    return parts[0] if parts[0] in LANGUAGES else None


def _header_tags(header: str) -> list[str]:
    weighted = [_weighted(part) for part in header.split(",")]
    wanted = [(tag, weight) for tag, weight in weighted if weight > 0]
    return [tag for tag, _ in sorted(wanted, key=lambda pair: -pair[1])]


def _weighted(part: str) -> tuple[str, float]:
    tag, _, parameter = part.partition(";")
    try:
        return tag, float(parameter.strip().lower().removeprefix("q=") or 1)
    except ValueError:
        return tag, 0.0
