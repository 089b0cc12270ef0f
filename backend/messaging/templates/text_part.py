"""The text part of an email, made from its HTML."""

import re
from html.parser import HTMLParser

BLOCKS = {"h1", "h2", "p", "ol", "ul", "hr"}
BULLET = "• "
SPACES = re.compile(r"[ \t\r\n\f]+")
"""As HTML collapses them: the spaces of French that do not break stay."""


def text_of(html: str) -> str:
    """`html`: a cleaned body. A link is followed by its address on a line of its own."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    lines = [SPACES.sub(" ", line).strip(" ") for line in "".join(writer.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._href: str | None = None
        self._numbers: list[int | None] = []
        """For each open list the number of its last item; None for one with bullets."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in BLOCKS:
            self.parts.append("\n\n")
        match tag:
            case "a":
                self._href = attributes.get("href")
            case "br":
                self.parts.append("\n")
            case "img":
                self.parts.append(attributes.get("alt") or "")
            case "ol" | "ul":
                self._numbers.append(0 if tag == "ol" else None)
            case "li":
                self.parts.append(f"\n{self._item()}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href:
            self.parts.append(f"\n{self._href}\n")
        if tag in {"ol", "ul"} and self._numbers:
            self._numbers.pop()
        if tag in BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(SPACES.sub(" ", data))

    def _item(self) -> str:
        if not self._numbers or self._numbers[-1] is None:
            return BULLET
        self._numbers[-1] += 1
        return f"{self._numbers[-1]}. "
