"""Collects the sentences marked for translation in code and templates."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file

from i18n.catalogs import ROOT, TEMPLATE, rendered, write_catalog
from i18n.locales import LANGUAGES
from i18n.translator import Key

SOURCES = ("backend", "frontend", "workers")
KEYWORDS = {**DEFAULT_KEYWORDS, "NN_": (1, 2)}
COMMENT_TAG = "NOTE:"
METHODS = [
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
    ("**.txt", "jinja2.ext:babel_extract"),
]
EXTENSIONS = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")
# Babel passes these to Jinja as strings of a configuration file.
JINJA_OPTIONS = {"extensions": ",".join(EXTENSIONS), "trimmed": "true", "newstyle_gettext": "true", "silent": "false"}


def write_template(root: Path = ROOT) -> Path:
    """Writes `messages.pot` from the current code."""
    write_catalog(root / TEMPLATE, extract(root))
    return root / TEMPLATE


def is_stale(root: Path = ROOT) -> bool:
    """Whether extracting would change `messages.pot`."""
    path = root / TEMPLATE
    return not path.exists() or path.read_text(encoding="utf-8") != rendered(extract(root))


def extract(root: Path = ROOT) -> Catalog:
    """Raises Jinja's error for a template that does not parse."""
    template = Catalog(fuzzy=False)
    for source in SOURCES:
        for file, line, message, comments, context in _sentences(root / source):
            location = [(f"{source}/{Path(file).as_posix()}", line)]
            template.add(message, None, location, auto_comments=comments, context=context)
    return template


def lines_of(sentence: Key, path: Path) -> list[int]:
    """Where the sentence stands in a file that is extracted."""
    options = JINJA_OPTIONS if path.suffix != ".py" else {}
    method = next(method for pattern, method in METHODS if path.match(pattern))
    found = extract_from_file(method, path, KEYWORDS, comment_tags=[COMMENT_TAG], options=options)
    said = ((message if isinstance(message, str) else message[0], context, line) for line, message, _, context in found)
    return sorted({line for message, context, line in said if (message, context) == sentence})


def templates(root: Path = ROOT) -> Iterator[Path]:
    """All Jinja templates with user-visible text, except those that exist once per language."""
    files = (path for source in SOURCES for path in sorted((root / source).rglob("*")) if path.is_file())
    for path in files:
        parts = path.relative_to(root).parts
        if path.suffix in {".html", ".txt"} and all(map(_has_sentences, parts)) and not _is_of_one_language(parts):
            yield path


def _sentences(folder: Path) -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    return extract_from_dir(
        folder,
        METHODS,
        {"**.html": JINJA_OPTIONS, "**.txt": JINJA_OPTIONS},
        keywords=KEYWORDS,
        comment_tags=[COMMENT_TAG],
        strip_comment_tags=True,
        directory_filter=lambda path: _has_sentences(Path(path).name),
    )


def _has_sentences(folder: str) -> bool:
    return folder != "static" and not folder.startswith((".", "__"))


def _is_of_one_language(parts: tuple[str, ...]) -> bool:
    return any(word in LANGUAGES for part in parts for word in part.split("."))
