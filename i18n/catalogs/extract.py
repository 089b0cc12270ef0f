"""Collects the sentences marked for translation in code and templates."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from polib import POEntry, POFile

from i18n.catalogs.audiences import AUDIENCES, Audience, audience_of
from i18n.catalogs.entries import MAX_LETTERS, Key, entries, key_of, sources
from i18n.catalogs.headers import empty_template
from i18n.catalogs.paths import ROOT, template_path
from i18n.catalogs.po_files import PoFileError, read_po, write_po
from i18n.catalogs.room import map_key, read_room

SOURCES = ("backend", "frontend", "workers")
KEYWORDS = {**DEFAULT_KEYWORDS, "NN_": (1, 2), "PN_": ((1, "c"), 2)}
MARKS = frozenset(KEYWORDS)
"""Names of the functions that mark a sentence."""
Extracted = tuple[str, int, str | tuple[str, ...], list[str], str | None]
"""File, line, sentence or its forms, notes, context."""

COMMENT_TAG = "NOTE:"
NOTE_WIDTH = 74
"""Some tools break longer lines of comments."""
METHODS = [
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
    ("**.txt", "jinja2.ext:babel_extract"),
]
EXTENSIONS = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")
# Babel passes these to Jinja as strings of a configuration file.
JINJA_OPTIONS = {"extensions": ",".join(EXTENSIONS), "trimmed": "true", "newstyle_gettext": "true", "silent": "false"}


def write_templates(root: Path = ROOT) -> list[Path]:
    """Writes the templates whose sentences have changed; line numbers alone change none, to keep histories readable."""
    extracted = extract(root)
    stale = [audience for audience in AUDIENCES if is_stale(extracted[audience], audience, root)]
    for audience in stale:
        write_po(template_path(audience, root), extracted[audience])
    return [template_path(audience, root) for audience in stale]


def is_stale(extracted: POFile, audience: Audience, root: Path = ROOT) -> bool:
    """Whether the committed template says something else than the code, or cannot be read: git may have spoilt it."""
    path = template_path(audience, root)
    try:
        return not path.exists() or list(map(_content, entries(read_po(path)))) != list(map(_content, extracted))
    except PoFileError:
        return True


def extract(root: Path = ROOT) -> dict[Audience, POFile]:
    """Raises Jinja's error for a template that does not parse."""
    collected = Catalog(fuzzy=False)
    for source in SOURCES:
        for file, line, forms, comments, context in _with_notes(_sentences(root / source)):
            location = [(f"{source}/{Path(file).as_posix()}", line)]
            collected.add(forms, None, location, auto_comments=comments, context=context)
    found, room = {audience: empty_template(audience) for audience in AUDIENCES}, read_room(root)
    for message in sorted((message for message in collected if message.id), key=_first_place):
        entry = _entry(message)
        entry.comment = "\n".join(_notes(message, room.get(map_key(key_of(entry)))))
        found[audience_of(file for file, _ in message.locations)].append(entry)
    return found


def lines_of(key: Key, path: Path) -> list[int]:
    """Where the sentence stands in a file that is extracted."""
    options = JINJA_OPTIONS if path.suffix != ".py" else {}
    method = next(method for pattern, method in METHODS if path.match(pattern))
    found = extract_from_file(method, path, KEYWORDS, comment_tags=[COMMENT_TAG], options=options)
    keys = (((forms if isinstance(forms, str) else forms[0], context), line) for line, forms, _, context in found)
    return sorted({line for found_key, line in keys if found_key == key})


def jinja_templates(root: Path = ROOT) -> Iterator[Path]:
    """All with user-visible text."""
    files = (path for source in SOURCES for path in sorted((root / source).rglob("*")) if path.is_file())
    for path in files:
        parts = path.relative_to(root).parts
        if path.suffix in {".html", ".txt"} and all(map(_has_sentences, parts)):
            yield path


def _with_notes(extracted: Iterator[Extracted]) -> Iterator[Extracted]:
    """A note is about all sentences of the line below it."""
    place, notes = ("", 0), list[str]()
    for file, line, message, comments, context in extracted:
        notes = comments or (notes if place == (file, line) else [])
        place = (file, line)
        yield file, line, message, notes, context


def _sentences(folder: Path) -> Iterator[Extracted]:
    return extract_from_dir(
        folder,
        METHODS,
        {"**.html": JINJA_OPTIONS, "**.txt": JINJA_OPTIONS},
        keywords=KEYWORDS,
        comment_tags=[COMMENT_TAG],
        strip_comment_tags=True,
        directory_filter=lambda path: _has_sentences(Path(path).name),
    )


def _entry(message: Message) -> POEntry:
    singular, plural = (message.id, "") if isinstance(message.id, str) else message.id
    return POEntry(
        msgid=singular,
        msgid_plural=plural,
        msgstr_plural={0: "", 1: ""} if plural else {},
        msgctxt=message.context,
        occurrences=[(file, str(line)) for file, line in _places(message)],
        flags=sorted(message.flags),
    )


def _notes(message: Message, letters: int | None) -> Iterator[str]:
    """What the code says to translators, and how many letters there is room for."""
    for note in message.auto_comments:
        yield from textwrap.wrap(note, NOTE_WIDTH)
    if letters is not None and not any(MAX_LETTERS.search(note) for note in message.auto_comments):
        yield f"max {letters}"


def _places(message: Message) -> list[tuple[str, int]]:
    return sorted({(file, line or 0) for file, line in message.locations})


def _first_place(message: Message) -> tuple[str, int]:
    return _places(message)[0]


def _content(entry: POEntry) -> tuple[object, ...]:
    """All but the line numbers."""
    files = sorted({file for file, _ in entry.occurrences})
    return key_of(entry), sources(entry), entry.comment, files, sorted(entry.flags)


def _has_sentences(folder: str) -> bool:
    return folder != "static" and not folder.startswith((".", "__"))
