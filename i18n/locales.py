"""The languages Orion speaks, and which of them a reader gets."""

LANGUAGES = ("en", "fr", "de", "lb")
SOURCE_LANGUAGE = "en"
PLATFORM_LANGUAGE = "fr"
PSEUDO_LANGUAGE = "en_XA"

# What a language is called by the people who speak it.
LANGUAGE_NAMES = {"en": "English", "fr": "Français", "de": "Deutsch", "lb": "Lëtzebuergesch"}

# Numbers and dates as they are written in Luxembourg, not in the language's biggest country.
FORMATTING_LOCALES = {"en": "en_GB", "fr": "fr_LU", "de": "de_LU", "lb": "lb_LU", PSEUDO_LANGUAGE: "en_GB"}


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
    """The first language we speak of: asked for in the address (`?lang=`), saved by the person who is signed in, saved
    by the customer whose page it is, kept in this browser's cookie, wished by its header, the store's, the merchant's,
    the platform's. Pages, mails and passes all ask here; each knows some of these wishes.

    With `pseudo` (never in production) the pseudo-locale `en_XA` may be asked for, or kept in the cookie, too. Nobody
    can save it, so that cookie comes before what is saved.
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
