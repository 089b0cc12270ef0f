"""Reads a template with Jinja's parser and accepts only what `tree.py` can hold."""

from collections import deque
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes

from backend.messaging.templates.faults import SOURCE_MAX, TemplateFault, TemplateField, TemplateInvalid
from backend.messaging.templates.tree import (
    FILTERS,
    BranchNode,
    Combined,
    Condition,
    HasValue,
    Negated,
    Node,
    Span,
    TextNode,
    ValueNode,
)

ENVIRONMENT = Environment(keep_trailing_newline=True, autoescape=True)
STATEMENTS = frozenset({"if", "elif", "else", "endif"})
DEPTH_MAX = 10
OTHER_PIECES = {"comment_begin": "comment", "raw_begin": "statement_not_allowed"}


class Piece(NamedTuple):
    kind: str
    """The name of its first token."""
    span: Span
    name: str
    """The first word in it."""


@lru_cache(maxsize=64)
def parse(field: TemplateField, source: str) -> Sequence[Node]:
    """Raises TemplateInvalid. The largest source takes 2 MB of the cache."""
    return _Reader(field, with_line_feeds(source)).read()


def pieces_of(source: str) -> list[Piece]:
    """All expressions and statements of a source that can be read."""
    return list(_pieces(with_line_feeds(source)))


def with_line_feeds(source: str) -> str:
    """Its lines end as Jinja ends them when it reads the source: where an expression stands is found by that."""
    return source.replace("\r\n", "\n").replace("\r", "\n")


class _Reader:
    def __init__(self, field: TemplateField, source: str) -> None:
        self._field, self._source = field, source

    def read(self) -> Sequence[Node]:
        if len(self._source.encode()) > SOURCE_MAX:
            raise self._refusal("too_long")
        try:
            pieces = list(_pieces(self._source))
            self._check(pieces)
            tree = ENVIRONMENT.parse(self._source)
        except TemplateSyntaxError as error:
            raise self._refusal("syntax", _at_line(self._source, error.lineno)) from error
        except RecursionError as error:
            raise self._refusal("nested_too_deeply") from error
        self._pieces = deque(pieces)
        return list(self._nodes(tree.body))

    def _check(self, pieces: Sequence[Piece]) -> None:
        """What the tokens alone show."""
        faults, depth = [], 0
        for kind, span, name in pieces:
            depth += {"if": 1, "endif": -1}.get(name, 0) if kind == "block_begin" else 0
            if kind in OTHER_PIECES:
                faults.append(self._fault(OTHER_PIECES[kind], span, name))
            elif kind == "block_begin" and name not in STATEMENTS:
                faults.append(self._fault("statement_not_allowed", span, name))
            elif self._source[span.start + 2 : span.start + 3] in "-+" or self._source[span.end - 3] in "-+":
                faults.append(self._fault("whitespace_control", span))
            elif depth > DEPTH_MAX:
                faults.append(self._fault("nested_too_deeply", span))
        if faults:
            raise TemplateInvalid(*faults)

    def _nodes(self, body: Sequence[nodes.Node]) -> Iterator[Node]:
        for node in body:
            if isinstance(node, nodes.If):
                yield self._branch(node)
                continue
            assert isinstance(node, nodes.Output), "no other statement has passed the check"
            for part in node.nodes:
                yield TextNode(part.data) if isinstance(part, nodes.TemplateData) else self._value(part)

    def _value(self, node: nodes.Node) -> ValueNode:
        span = self._next()
        filters: list[tuple[str, str]] = []
        while isinstance(node, nodes.Filter) and node.node is not None:
            filters.insert(0, self._filter(node, span))
            node = node.node
        return ValueNode(self._path(node, span), filters, span)

    def _filter(self, node: nodes.Filter, span: Span) -> tuple[str, str]:
        texts = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        texts = [text for text in texts if isinstance(text, str)]
        is_whole = len(texts) == len(node.args) and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if node.name not in FILTERS or not is_whole or len(texts) != (node.name == "default"):
            raise self._refusal("filter_not_allowed", span, node.name)
        return node.name, texts[0] if texts else ""

    def _path(self, node: nodes.Node, span: Span) -> str:
        match node:
            case nodes.Getattr(node=nodes.Name(name=group), attr=name):
                return f"{group}.{name}"
            case nodes.Name(name=name):
                raise self._refusal("unknown_variable", span, name)
        raise self._refusal("expression_not_allowed", span)

    def _branch(self, node: nodes.If) -> BranchNode:
        cases: list[tuple[Condition | None, Span, Sequence[Node]]] = [self._case(node), *map(self._case, node.elif_)]
        if node.else_:
            cases.append((None, self._next(), list(self._nodes(node.else_))))
        elif self._pieces[0].name == "else":
            self._next()
        self._next()
        return BranchNode(cases)

    def _case(self, node: nodes.If) -> tuple[Condition, Span, list[Node]]:
        span = self._next()
        return self._condition(node.test, span), span, list(self._nodes(node.body))

    def _condition(self, node: nodes.Node, span: Span, depth: int = 1) -> Condition:
        if depth > DEPTH_MAX:
            raise self._refusal("nested_too_deeply", span)
        match node:
            case nodes.Not():
                return Negated(self._condition(node.node, span, depth + 1))
            case nodes.And() | nodes.Or():
                left = self._condition(node.left, span, depth + 1)
                right = self._condition(node.right, span, depth + 1)
                return Combined(left, right, needs_both=isinstance(node, nodes.And))
            case _:
                return HasValue(self._path(node, span))

    def _next(self) -> Span:
        return self._pieces.popleft().span

    def _fault(self, code: str, span: Span, name: str = "") -> TemplateFault:
        return TemplateFault(self._field, code, span.line, span.column, name)

    def _refusal(self, code: str, span: Span | None = None, name: str = "") -> TemplateInvalid:
        return TemplateInvalid(self._fault(code, span or Span(0, 0, 1, 1), name))


def _at_line(source: str, line: int) -> Span:
    """The first brace of the line."""
    text = source.split("\n")[line - 1] if line <= source.count("\n") + 1 else ""
    return Span(0, 0, line, max(text.find("{"), 0) + 1)


def _pieces(source: str) -> Iterator[Piece]:
    """Each expression, statement, comment and raw block. Raises TemplateSyntaxError."""
    offset, begin, kind, name = 0, 0, "", ""
    for _, sign, value in ENVIRONMENT.lex(source):
        # White space before a minus sign has been removed.
        start = source.index(value, offset)
        offset = start + len(value)
        if sign.endswith("_begin"):
            begin, kind, name = start, sign, "raw" if sign == "raw_begin" else ""
        elif sign == "name":
            name = name or value
        elif sign.endswith("_end"):
            line_start = source.rfind("\n", 0, begin) + 1
            span = Span(begin, offset, source.count("\n", 0, begin) + 1, begin - line_start + 1)
            yield Piece(kind, span, name)
