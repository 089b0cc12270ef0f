"""Reads and writes gettext files in one canonical form, that of `msgcat --no-wrap`, and keeps all that tools add."""

import re
import textwrap
from pathlib import Path

from polib import POFile, pofile

from i18n.catalogs.entries import entries

REFERENCE_WIDTH = 79
LINE = re.compile(
    r"\s*(?:#(?!~).*|(?:#~\|?\s*)?(?:(?:msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\])\s*)?"
    r'(?:"(?:[^"\\]|\\[\\"nrt])*"\s*)?)'
)
"""A comment, or a string with or without its keyword; also of an obsolete entry. polib would double the backslash of
escapes that it does not know.
"""
TIGHT_COMMENT = re.compile(r"^#(?=[^\s,.:|~=])", re.MULTILINE)
"""A translator's comment without its blank, which polib does not read."""
ODD_SIGN = re.compile("[\0\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""polib ends a line at them, other tools a file."""
MSGID = re.compile(r"\s*msgid\b")
PLACE_OF_FAULT = re.compile(r"\(line (\d+)\)")


class PoFileError(Exception):
    """The file is not valid. `line` is 0 when the whole file is meant."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        # three languages have files of the same name
        shown = "/".join(path.parts[-3:]) if path.parent.name == "LC_MESSAGES" else path.name
        super().__init__(f"{shown}:{line}: {reason}" if line else f"{shown}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


def read_po(path: Path) -> POFile:
    """Raises `PoFileError` for what gettext tools could not open, `FileNotFoundError` for a missing file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PoFileError(path, 0, "it is not in UTF-8") from error
    return parse_po(text.replace("\r\n", "\n").replace("\r", "\n"), path)


def parse_po(text: str, path: Path) -> POFile:
    """`path` is only named in errors. The `linenum` of an entry is the line of its `msgid`."""
    if not text.strip():
        raise PoFileError(path, 0, "it is empty")
    text = TIGHT_COMMENT.sub("# ", text)
    lines = list(enumerate(text.split("\n"), start=1))
    if odd := next((number for number, line in lines if ODD_SIGN.search(line)), 0):
        raise PoFileError(path, odd, "it has a sign that cannot be seen: write the line anew")
    # polib would read a string that is not closed without its last letter
    faults = [number for number, line in lines if not LINE.fullmatch(line)]
    try:
        # polib takes a text without line breaks for a file name
        catalog = pofile(f"{text}\n")
    except OSError as error:
        place = PLACE_OF_FAULT.search(str(error))
        faults.append(int(place[1]) if place else 0)
    if faults:
        raise PoFileError(path, min(faults), "this is not a line of a gettext file")
    _, *places = [number for number, line in lines if MSGID.match(line)] or [0]
    for entry, place_of_entry in zip(entries(catalog), places, strict=False):
        entry.linenum = place_of_entry
    _refuse_wrong_shapes(catalog, path)
    return catalog


def _refuse_wrong_shapes(catalog: POFile, path: Path) -> None:
    """Raises `PoFileError` for entries that would lose a text when they are written."""
    for entry in catalog:
        forms = sorted(entry.msgstr_plural)
        line = 0 if entry.obsolete else entry.linenum or 0
        if not entry.msgid and not entry.msgctxt:
            raise PoFileError(path, line, "it has a second header: keep one of them")
        if bool(forms) != bool(entry.msgid_plural) or (entry.msgid_plural and entry.msgstr):
            raise PoFileError(path, line, "msgid_plural and msgstr[0], msgstr[1] … belong together")
        if forms != list(range(len(forms))):
            raise PoFileError(path, line, "its plural forms are not numbered 0, 1 …")


def write_po(path: Path, catalog: POFile) -> None:
    """Creates missing folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(canonical(catalog), encoding="utf-8")


def canonical(catalog: POFile) -> str:
    """Breaks sentences at their own line breaks only, so that a changed word is a changed line."""
    catalog.wrapwidth = 0
    lines = str(catalog).rstrip("\n").split("\n")
    return "\n".join(part for line in lines for part in _folded(line)) + "\n"


def _folded(line: str) -> list[str]:
    """References are folded even by `--no-wrap`."""
    if not line.startswith("#: ") or len(line) <= REFERENCE_WIDTH:
        return [line]
    return textwrap.wrap(
        line[3:],
        REFERENCE_WIDTH,
        initial_indent="#: ",
        subsequent_indent="#: ",
        break_long_words=False,
        break_on_hyphens=False,
    )
