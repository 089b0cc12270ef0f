"""Reads the markup of a template for what a user sees or hears."""

from collections.abc import Callable
from html.parser import HTMLParser

from i18n.checks.code.wording import is_label

READ_ALOUD = frozenset(
    {"alt", "aria-description", "aria-label", "aria-placeholder", "aria-roledescription", "aria-valuetext"}
    | {"hx-confirm", "label", "placeholder", "summary", "title"}
)
BUTTONS = frozenset({"submit", "button", "reset"})
DESCRIPTIONS = frozenset(
    {"description", "application-name", "apple-mobile-web-app-title", "og:title", "og:description"}
)
# Code and key caps are the same in every language.
UNREAD = frozenset({"script", "style", "code", "kbd", "samp"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})

Literal = tuple[int, str]


class MarkupReader(HTMLParser):
    """Collects the text that a user sees or hears, as far as `is_found`; `translate="no"` exempts names."""

    def __init__(self, is_found: Callable[[str], bool], *, exempts_names: bool = True) -> None:
        super().__init__()
        self._is_found = is_found
        self._exempts_names = exempts_names
        self.literals: list[Literal] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        is_exempt = (attributes.get("translate") == "no" and self._exempts_names) or tag in UNREAD or self._is_exempt()
        if tag not in VOID:
            self._open.append((tag, is_exempt))
        if not is_exempt:
            texts = (value for name, value in attributes.items() if _is_read(tag, name, value, attributes))
            self.literals += [(self.getpos()[0], text) for text in texts if self._is_found(text)]

    def handle_endtag(self, tag: str) -> None:
        # also closes tags that were opened twice, in two branches of one condition
        if any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._is_exempt() and self._is_found(data):
            first_line = self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n")
            self.literals.append((first_line, data))

    def _is_exempt(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _is_read(tag: str, name: str, value: str, attributes: dict[str, str]) -> bool:
    if name == "value":
        return tag == "input" and attributes.get("type") in BUTTONS
    if name == "content":
        return (attributes.get("name") or attributes.get("property")) in DESCRIPTIONS
    return name in READ_ALOUD or (name.startswith("data-") and is_label(value))
