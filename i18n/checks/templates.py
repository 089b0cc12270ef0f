"""Finds text in templates that is not marked for translation."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from i18n.checks.finding import Finding, shortened
from i18n.checks.markup import bare_markup
from i18n.checks.wording import is_label, words_for_people
from i18n.extraction import EXTENSIONS, templates

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
TRANSLATES = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})

Literal = tuple[int, str]


def template_findings(root: Path) -> Iterator[Finding]:
    """`translate="no"` on an element exempts its content: a name, a sample code."""
    env = Environment(extensions=EXTENSIONS, autoescape=True)
    for path in templates(root):
        where, source = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        try:
            found = [*_written(env, source, is_html=path.suffix == ".html"), *_computed(env.parse(source))]
        except TemplateSyntaxError as error:
            yield Finding(f"{where}:{error.lineno}", "unreadable", str(error.message))
            continue
        for line, text in sorted(set(found)):
            yield Finding(f"{where}:{line}", "literal", f"“{shortened(text)}” is not marked for translation")


def _written(env: Environment, source: str, *, is_html: bool) -> Iterator[Literal]:
    markup = bare_markup(env, source)
    if is_html:
        reader = _Reader()
        reader.feed(markup)
        reader.close()
        yield from reader.literals
    else:
        lines = enumerate(markup.splitlines(), start=1)
        yield from ((number, line) for number, line in lines if words_for_people(line))


class _Reader(HTMLParser):
    """Collects the text that a user sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.literals: list[Literal] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        is_exempt = attributes.get("translate") == "no" or tag in UNREAD or self._is_exempt()
        if tag not in VOID:
            self._open.append((tag, is_exempt))
        if not is_exempt:
            texts = (value for name, value in attributes.items() if _is_read(tag, name, value, attributes))
            self.literals += [(self.getpos()[0], text) for text in texts if words_for_people(text)]

    def handle_endtag(self, tag: str) -> None:
        # also closes tags that were opened twice, in two branches of one condition
        if any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._is_exempt() and words_for_people(data):
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


def _computed(node: nodes.Node) -> Iterator[Literal]:
    """String literals in `{{ … }}` and `{% … %}` that look like labels."""
    match node:
        case nodes.Const(value=str(text)) if is_label(text):
            yield node.lineno, text
        case nodes.Call(node=nodes.Name(name=name)) if name in TRANSLATES:
            for value in node.kwargs:
                yield from _computed(value)
        case nodes.Filter():
            # arguments of filters are styles and field names
            if node.node:
                yield from _computed(node.node)
        case nodes.Pair():
            yield from _computed(node.value)
        case (
            nodes.Compare() | nodes.Test() | nodes.Getitem() | nodes.Include() | nodes.Extends() | nodes.ImportedName()
        ):
            return
        case nodes.Import() | nodes.FromImport():
            return
        case _:
            for child in node.iter_child_nodes():
                yield from _computed(child)
