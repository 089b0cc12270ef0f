"""Finds values of the code that a template prints as they are: `active` is for programs, *Active* is for people."""

from collections.abc import Iterator

from jinja2 import Environment, nodes

from i18n.catalogs.extract import MARKS
from i18n.checks.code.markup import VALUE, bare_markup
from i18n.checks.code.reader import Literal, MarkupReader

STATES = frozenset(
    {"state", "status", "kind", "role", "mode", "outcome", "op", "operation", "category", "level", "source", "purpose"}
    | {"channel", "verdict", "severity", "method"}
)
"""What fields with a fixed set of values are called."""
NUMBERS = frozenset({"attempt.status", "delivery.status"})
"""Statuses of HTTP."""
OF_TEXT = frozenset({"capitalize", "default", "e", "escape", "lower", "replace", "title", "trim", "upper"})
"""Filters that leave a word what it is."""
SHOWING = frozenset({"ui.badge", "ui.button", "ui.error", "ui.link", "ui.note"})
"""Their first argument is a text."""
MARK = "\ue000"


def raw_states(env: Environment, source: str) -> Iterator[Literal]:
    """Of text and of what is read aloud. `translate="no"` is no excuse: the value is a word, and English."""

    def text_of(expression: str) -> str:
        names = list(_named(env.parse("{{ " + expression + " }}")))
        return f"{MARK}{names[0]}{MARK}" if names else VALUE

    reader = MarkupReader(lambda text: MARK in text, exempts_names=False)
    reader.feed(bare_markup(env, source, text_of))
    reader.close()
    yield from ((line, text.split(MARK)[1]) for line, text in reader.literals)
    for call in env.parse(source).find_all(nodes.Call):
        yield from ((call.lineno, name) for shown in _shown(call) for name in _states(shown))


def _shown(call: nodes.Call) -> list[nodes.Expr]:
    name = _name(call.node)
    if name in MARKS:
        # the values of the sentence
        return [value.value for value in call.kwargs]
    return call.args[:1] if name in SHOWING else []


def _named(template: nodes.Template) -> Iterator[str]:
    for output in template.find_all(nodes.Output):
        for each in output.nodes:
            yield from _states(each)


def _states(value: nodes.Node) -> Iterator[str]:
    match value:
        case nodes.Getattr(attr=attribute) if attribute in STATES and _name(value) not in NUMBERS:
            yield _name(value)
        case nodes.Name(name=name) if name in STATES:
            yield name
        case nodes.Filter(name=name) if name in OF_TEXT and value.node:
            yield from _states(value.node)
        case nodes.CondExpr(expr1=first, expr2=second) if second:
            yield from (*_states(first), *_states(second))
        case nodes.Or(left=first, right=second) | nodes.And(left=first, right=second):
            yield from (*_states(first), *_states(second))
        case nodes.Concat():
            yield from (name for each in value.nodes for name in _states(each))


def _name(value: nodes.Node) -> str:
    match value:
        case nodes.Name(name=name):
            return str(name)
        case nodes.Getattr(node=owner, attr=attribute):
            return f"{_name(owner)}.{attribute}"
    return ""
