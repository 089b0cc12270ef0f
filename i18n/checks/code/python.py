"""Finds unmarked user-visible text in Python: status texts of pages, titles of problems. Backend: `server.py`."""

import ast
from collections.abc import Iterator
from pathlib import Path

from i18n.catalogs.extract import MARKS
from i18n.checks.code.wording import is_label, is_sentence
from i18n.checks.finding import Finding, shortened

SHOWN_FIELDS = frozenset({"title", "detail"})
# Not shown on a page: API documentation, terminal output, logs.
UNREAD_ARGUMENTS = frozenset({"summary", "description", "help", "short_help", "epilog"})
LOG_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})

Literal = tuple[int, str]


def python_findings(root: Path) -> Iterator[Finding]:
    """Sentences in the frontend, and unmarked `title` and `detail` of problems."""
    for path in sorted((root / "frontend").rglob("*.py")):
        yield from _found(root, path, unmarked_sentences(parsed(path)))
    for path in sorted((root / "backend").rglob("problems.py")):
        yield from _found(root, path, _problem_texts(parsed(path)))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _found(root: Path, path: Path, literals: Iterator[Literal]) -> Iterator[Finding]:
    where = path.relative_to(root).as_posix()
    for line, text in literals:
        yield Finding(f"{where}:{line}", "literal", f"“{shortened(text)}” is not marked for translation")


def unmarked_sentences(node: ast.AST, unread_calls: frozenset[str] = frozenset()) -> Iterator[Literal]:
    """`unread_calls`: names of functions whose arguments no user reads."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            text = text_of(node)
            if is_sentence(text):
                yield node.lineno, text
        case ast.Expr(value=ast.Constant()) | ast.Raise() | ast.Assert():
            return
        case ast.Call() if called(node) in MARKS | LOG_METHODS | unread_calls:
            return
        case ast.keyword(arg=argument) if argument in UNREAD_ARGUMENTS:
            return
        case _:
            for child in ast.iter_child_nodes(node):
                yield from unmarked_sentences(child, unread_calls)


def text_of(node: ast.Constant | ast.JoinedStr) -> str:
    """Empty for what is no text; `…` stands for values."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return node.value if isinstance(node.value, str) else ""


def _problem_texts(module: ast.Module) -> Iterator[Literal]:
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield from (text for statement in node.body for text in _bare_texts(statement))


def _bare_texts(statement: ast.stmt) -> Iterator[Literal]:
    match statement:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
        ) if name in SHOWN_FIELDS and is_label(text):
            yield statement.lineno, text


def called(call: ast.Call) -> str:
    """The name of the function, without what it belongs to."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
