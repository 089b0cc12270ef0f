"""Finds text in templates that is not marked for translation."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from i18n.catalogs.extract import EXTENSIONS, MARKS, jinja_templates
from i18n.checks.code.markup import bare_markup
from i18n.checks.code.reader import Literal, MarkupReader
from i18n.checks.code.states import raw_states
from i18n.checks.code.wording import is_label, words_for_people
from i18n.checks.finding import Finding, shortened


def template_findings(root: Path) -> Iterator[Finding]:
    """`translate="no"` on an element exempts its content: a name, a sample code."""
    env = Environment(extensions=EXTENSIONS, autoescape=True)
    env.newstyle_gettext = True  # type: ignore[attr-defined]
    for path in jinja_templates(root):
        where, source = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        try:
            found = [*_written(env, source, is_html=path.suffix == ".html"), *_computed(env.parse(source))]
        except TemplateSyntaxError as error:
            yield Finding(f"{where}:{error.lineno}", "unreadable", str(error.message))
            continue
        for line, text in sorted(set(found)):
            yield Finding(f"{where}:{line}", "literal", f"“{shortened(text)}” is not marked for translation")
        for line, name in sorted(set(raw_states(env, source))):
            yield Finding(f"{where}:{line}", "raw_state", f"{name} is printed as the code has it: give it a label")


def _written(env: Environment, source: str, *, is_html: bool) -> Iterator[Literal]:
    markup = bare_markup(env, source)
    if is_html:
        reader = MarkupReader(words_for_people)
        reader.feed(markup)
        reader.close()
        yield from reader.literals
    else:
        lines = enumerate(markup.splitlines(), start=1)
        yield from ((number, line) for number, line in lines if words_for_people(line))


def _computed(node: nodes.Node) -> Iterator[Literal]:
    """String literals in `{{ … }}` and `{% … %}` that look like labels."""
    match node:
        case nodes.Const(value=str(text)) if is_label(text):
            yield node.lineno, text
        case nodes.Call(node=nodes.Name(name=name)) if name in MARKS:
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
