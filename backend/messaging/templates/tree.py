"""What a template consists of once it has been read, and its evaluation. Nothing else is ever executed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

FILTERS = frozenset({"upper", "default"})
"""`upper`, and `default("text")` for a value that is empty."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the source, which begins at a line and a column, both counted from 1."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class TextNode:
    text: str


@dataclass(frozen=True, slots=True)
class ValueNode:
    path: str
    filters: Sequence[tuple[str, str]]
    """Names, each with its argument."""
    span: Span


class VariableValues(Protocol):
    """The values of an email's variables, by path."""

    def text(self, path: str) -> str: ...

    def is_given(self, path: str) -> bool:
        """False for none, for an empty text and for the number 0."""
        ...


class Condition(Protocol):
    def paths(self) -> Sequence[str]: ...

    def holds(self, values: VariableValues) -> bool: ...


@dataclass(frozen=True, slots=True)
class HasValue:
    path: str

    def paths(self) -> Sequence[str]:
        return [self.path]

    def holds(self, values: VariableValues) -> bool:
        return values.is_given(self.path)


@dataclass(frozen=True, slots=True)
class Negated:
    inner: Condition

    def paths(self) -> Sequence[str]:
        return self.inner.paths()

    def holds(self, values: VariableValues) -> bool:
        return not self.inner.holds(values)


@dataclass(frozen=True, slots=True)
class Combined:
    """Both conditions, or one of them."""

    left: Condition
    right: Condition
    needs_both: bool

    def paths(self) -> Sequence[str]:
        return [*self.left.paths(), *self.right.paths()]

    def holds(self, values: VariableValues) -> bool:
        return (all if self.needs_both else any)(side.holds(values) for side in (self.left, self.right))


@dataclass(frozen=True, slots=True)
class BranchNode:
    """The first of the cases whose condition holds; one without a condition always does."""

    cases: Sequence[tuple[Condition | None, Span, Sequence["Node"]]]


Node = TextNode | ValueNode | BranchNode


def evaluate(nodes: Sequence[Node], values: VariableValues, escape: Callable[[str], str]) -> str:
    return "".join(_evaluated(node, values, escape) for node in nodes)


def value_nodes(nodes: Sequence[Node]) -> Iterator[ValueNode]:
    """In the order of the source."""
    for node in nodes:
        if isinstance(node, ValueNode):
            yield node
        elif isinstance(node, BranchNode):
            for _, _, body in node.cases:
                yield from value_nodes(body)


def conditions(nodes: Sequence[Node]) -> Iterator[tuple[Condition, Span]]:
    """In the order of the source, each with the span of its statement."""
    for node in nodes:
        if isinstance(node, BranchNode):
            for condition, span, body in node.cases:
                if condition is not None:
                    yield condition, span
                yield from conditions(body)


def _evaluated(node: Node, values: VariableValues, escape: Callable[[str], str]) -> str:
    match node:
        case TextNode():
            return node.text
        case ValueNode():
            return escape(_filtered(values.text(node.path), node.filters))
        case BranchNode():
            bodies = (body for condition, _, body in node.cases if condition is None or condition.holds(values))
            return evaluate(next(bodies, ()), values, escape)


def _filtered(text: str, filters: Sequence[tuple[str, str]]) -> str:
    for name, argument in filters:
        text = text.upper() if name == "upper" else text or argument
    return text
