"""Updates the catalogs to the sentences of the template."""

from difflib import get_close_matches
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from i18n.catalogs import ROOT, TEMPLATE, Key, key, messages, read_catalog, sources, translations, write_catalog
from i18n.french import with_no_break_spaces
from i18n.locales import LANGUAGES, SOURCE_LANGUAGE
from i18n.translator import catalog_path

# How similar two English sentences must be to keep the old translation as fuzzy.
LIKENESS = 0.75


def update_catalogs(root: Path = ROOT) -> list[Path]:
    """Removes unused sentences, marks the translation of a rephrased sentence as fuzzy, and fills in English."""
    template = read_catalog(root / TEMPLATE)
    paths = [catalog_path(language, root / "i18n") for language in LANGUAGES]
    for language, path in zip(LANGUAGES, paths, strict=True):
        old = read_catalog(path, language) if path.exists() else Catalog(locale=language)
        write_catalog(path, updated(template, old, language))
    return paths


def updated(template: Catalog, old: Catalog, language: str) -> Catalog:
    """A new catalog in the order of the template."""
    new = Catalog(locale=language)
    known = {key(message): message for message in messages(old)}
    rephrased = _rephrased(template, known)
    for message in messages(template):
        earlier = known.get(key(message)) or rephrased.get(key(message))
        entry = _add(new, message, earlier, language)
        if earlier and language != SOURCE_LANGUAGE and (earlier.fuzzy or key(message) not in known):
            entry.flags.add("fuzzy")
    return new


def _add(new: Catalog, message: Message, earlier: Message | None, language: str) -> Message:
    return new.add(
        message.id,
        _translation(message, earlier, language),
        message.locations,
        flags=message.flags,
        auto_comments=message.auto_comments,
        user_comments=earlier.user_comments if earlier else (),
        context=message.context,
    )


def _translation(message: Message, earlier: Message | None, language: str) -> str | tuple[str, ...] | None:
    if language == SOURCE_LANGUAGE:
        texts = sources(message)
    # a sentence that gained or lost a plural is translated again
    elif earlier and len(sources(earlier)) == len(sources(message)):
        texts = translations(earlier)
        if language == "fr":
            texts = tuple(map(with_no_break_spaces, texts))
    else:
        return None
    return texts if message.pluralizable else texts[0]


def _rephrased(template: Catalog, known: dict[Key, Message]) -> dict[Key, Message]:
    wanted = {key(message) for message in messages(template)}
    vanished = {said[0]: message for said, message in known.items() if said not in wanted}
    found: dict[Key, Message] = {}
    for fresh in wanted - known.keys():
        for close in get_close_matches(fresh[0], vanished, n=1, cutoff=LIKENESS):
            found[fresh] = vanished[close]
    return found
