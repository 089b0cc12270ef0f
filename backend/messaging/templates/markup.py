"""The HTML of a template's body: what nh3 would remove is a fault with its line and name.

The source is checked with each expression and statement replaced by a character that stands nowhere else, as often as
the piece is long, so that lines and columns stay right. All branches are checked one after the other.
"""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import zip_longest
from typing import NamedTuple

from backend.messaging.templates.faults import TemplateFault
from backend.messaging.templates.subset import ADDRESSES, DISGUISED, EMPTY, TAGS, clean
from backend.messaging.templates.syntax import Piece, pieces_of, with_line_feeds

FIRST_MARK = 0xE000
MARKS = "\ue000-\uf8ff"
MARK = re.compile(f"[{MARKS}]")
FILLED = "https://value.example"
WHOLE_VALUE = re.compile(f"""=\\s*(?:"[{MARKS}]+"|'[{MARKS}]+')""")
ABSOLUTE = re.compile(r"https://[^\s/$.?#…•][^\s…•]*|mailto:[^\s…•]+@[^\s…•]+")
"""Without the placeholders of private addresses and codes: what is inserted on sending would be sent there."""
UNREADABLE = re.compile(r"<(?:!\[|(?!!--)[^<>]*(?=<|\Z))")
"""What the parser fails at, or searches the whole rest for its end."""


class Tag(NamedTuple):
    name: str
    line: int
    column: int
    is_end: bool


class Markup(NamedTuple):
    faults: list[TemplateFault]
    in_text: set[int]
    """The starts of expressions that stand in text; all others stand alone in an address."""


def check_markup(source: str) -> Markup:
    """The source of a body that has been parsed. Names at most one tag that stands where it cannot."""
    if unreadable := UNREADABLE.search(source):
        line_start = source.rfind("\n", 0, unreadable.start()) + 1
        line, column = source.count("\n", 0, line_start) + 1, unreadable.start() - line_start + 1
        return Markup([TemplateFault("body", "less_than", line, column)], set())
    checker = _Checker(source)
    checker.feed(checker.masked)
    checker.close()
    faults = checker.faults or list(_misplaced(checker))
    return Markup(faults, checker.in_text)


class _Tags(HTMLParser):
    """The tags of a text, with their places."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.attributes: dict[str, str | None] = {}
        """Those of the first tag."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.tags:
            self.attributes = dict(attrs)
        self.tags.append(self._tag(tag))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(self._tag(tag, is_end=True))

    def _tag(self, name: str, *, is_end: bool = False) -> Tag:
        line, offset = self.getpos()
        return Tag(name, line, offset + 1, is_end)


class _Checker(_Tags):
    """Marks in text and in quoted addresses are fine, everywhere else they are a fault."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.pieces = pieces_of(source)
        self.masked = _masked(with_line_feeds(source), self.pieces)
        self.faults: list[TemplateFault] = []
        self._open: list[Tag] = []
        self._branches: list[tuple[Tag, ...]] = []
        """What is open where each condition begins."""
        self.in_text: set[int] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        text = self.get_starttag_text() or ""
        kept = _parsed(clean(_linked(text)))
        if tag not in TAGS or not kept.tags:
            self._add("tag_not_allowed", tag)
        elif MARK.search(WHOLE_VALUE.sub("", text)):
            self._add("value_in_tag", tag)
        else:
            self._check_attributes(tag, dict(attrs), kept.attributes)
        if tag not in EMPTY:
            self._open.append(self.tags[-1])

    def _check_attributes(self, tag: str, given: dict[str, str | None], kept: dict[str, str | None]) -> None:
        for name, value in given.items():
            if MARK.search(value or ""):
                if (tag, name) != ("a", "href"):
                    self._add("value_in_tag", tag)
                elif kept.get(name) != FILLED:
                    self._add("attribute_not_allowed", name)
            elif (tag, name) in ADDRESSES and not ABSOLUTE.fullmatch(value or ""):
                self._add("link_not_https", name)
            elif (tag, name) in ADDRESSES and DISGUISED.match(value or ""):
                self._add("link_disguised", name)
            elif kept.get(name) != value:
                self._add("attribute_not_allowed", name)
        if tag == "img" and not (given.get("alt") or "").strip():
            self._add("alt_missing", tag)
        if tag == "a" and "href" not in given:
            self._add("link_not_https", "href")

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if self._open and self._open[-1].name == tag:
            self._open.pop()
        elif tag in EMPTY or tag not in TAGS:
            self._add("tag_not_allowed", tag)
        elif any(opened.name == tag for opened in self._open):
            self._add("not_closed", self._open.pop().name)
        else:
            self._add("not_open", tag)

    def handle_data(self, data: str) -> None:
        if "<" in data:
            self._add("less_than", "")
        previous = ""
        for mark in MARK.findall(data):
            if mark != previous:
                self._statement(self.pieces[ord(mark) - FIRST_MARK])
            previous = mark

    def _statement(self, piece: Piece) -> None:
        if piece.kind != "block_begin":
            self.in_text.add(piece.span.start)
            return
        if piece.name == "if":
            self._branches.append(tuple(self._open))
        elif self._branches and self._branches[-1] != tuple(self._open):
            self.faults.append(TemplateFault("body", "unbalanced_branch", piece.span.line, piece.span.column))
            self._open = list(self._branches[-1])
        if piece.name == "endif" and self._branches:
            self._branches.pop()

    def handle_comment(self, _: str) -> None:
        self._add("comment", "")

    def handle_decl(self, decl: str) -> None:
        self._add("tag_not_allowed", f"!{decl}"[:20])

    def handle_pi(self, data: str) -> None:
        self._add("tag_not_allowed", f"?{data}"[:20])

    def _add(self, code: str, name: str) -> None:
        line, offset = self.getpos()
        self.faults.append(TemplateFault("body", code, line, offset + 1, name))

    def close(self) -> None:
        super().close()
        for tag in self._open:
            self.faults.append(TemplateFault("body", "not_closed", tag.line, tag.column, tag.name))


def _misplaced(checker: _Checker) -> Iterator[TemplateFault]:
    """The first tag that a browser would put elsewhere."""
    kept = [(tag.name, tag.is_end) for tag in _parsed(clean(_linked(checker.masked))).tags]
    for tag, found in zip_longest(checker.tags, kept, fillvalue=None):
        if tag is None or (tag.name, tag.is_end) != found:
            misplaced = tag or checker.tags[-1]
            yield TemplateFault("body", "misplaced", misplaced.line, misplaced.column, misplaced.name)
            return


def _parsed(html: str) -> _Tags:
    reader = _Tags()
    reader.feed(html)
    reader.close()
    return reader


def _linked(html: str) -> str:
    """With an address in place of each mark in an attribute, and a letter in place of all others."""
    return MARK.sub("x", WHOLE_VALUE.sub(f'="{FILLED}"', html))


def _masked(source: str, pieces: Sequence[Piece]) -> str:
    masked, end = "", 0
    for number, piece in enumerate(pieces):
        text = source[piece.span.start : piece.span.end]
        masked += MARK.sub("\ufffd", source[end : piece.span.start])
        masked += re.sub(r"[^\n]", chr(FIRST_MARK + number), text)
        end = piece.span.end
    return masked + MARK.sub("\ufffd", source[end:])
