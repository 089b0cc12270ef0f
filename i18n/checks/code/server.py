"""Finds text of backend and workers that reaches people in English: nobody has marked it, or a library has said it."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from i18n.catalogs.extract import MARKS
from i18n.checks.code.python import Literal, called, parsed, text_of, unmarked_sentences
from i18n.checks.code.wording import WORD, is_label
from i18n.checks.finding import Finding, shortened

SOURCES = ("backend", "workers")
IN_ENGLISH = frozenset(
    # the operator's terminal
    {"backend/cli/*", "backend/core/next_steps.py", "backend/*/story.py", "backend/*advice.py"}
    | {"backend/operations/stories/*", "backend/devices/simulator/*"}
    # the operator's emails about the board, which name commands and are written when the database is away
    | {"backend/operations/readiness/alarms.py"}
    # what is refused at the start; pages have a sentence for each code of a setting
    | {"backend/core/*settings.py", "backend/core/migrations.py", "backend/settings/resolver.py"}
    | {"backend/settings/destinations.py"}
    # what a provider has answered, as it is, and what the log of a run says of files
    | {"backend/wallets/google/responses.py", "backend/operations/wallets/alarms.py"}
    # the document of the API with its examples, and metrics
    | {
        "backend/document.py",
        "backend/core/api_response.py",
        "backend/core/openapi/*",
        "backend/*/schemas.py",
        "backend/*/schemas/*",
    }
    | {"backend/*/document.py", "backend/*/event_types.py", "backend/*/metrics.py"}
    # development only
    | {"backend/dev/*"}
)
"""Modules whose sentences are for operators and developers. What they tell others is found by `TELLING`."""
KEPT = frozenset(
    # headings of the runbook, which is in English
    {"Replace Apple's certificate", "Replace Google's key"}
    # names that a merchant of the samples has given
    | {"Tote bag", "Counter left", "Web shop"}
    # tags of the document, and the reason of what a preview books and nobody reads
    | {"API keys", "Email templates", "As it was"}
)
TELLING = frozenset({"FieldError", "FormError"})
"""They carry a sentence to a person, like problems."""
READS_PATHS = "backend/core/validation.py"
"""It alone reads what msgspec says: where the error is, never what it is."""
DOCUMENTING = frozenset({"empty", "success", "Meta", "SettingsError", "StartRefused"})
SQL = re.compile(r"\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|ALTER|SET)\b.*", re.DOTALL)
DECODING = frozenset({"ValidationError", "DecodeError", "MsgspecError"})


def server_findings(root: Path) -> Iterator[Finding]:
    """A sentence for people is marked, and msgspec's are never shown: they name types of Python, in English."""
    problems = set[str]()
    modules = {path: parsed(path) for source in SOURCES for path in sorted((root / source).rglob("*.py"))}
    for path, module in modules.items():
        if path.name == "problems.py":
            problems |= {node.name for node in module.body if isinstance(node, ast.ClassDef)}
    for path, module in modules.items():
        where = path.relative_to(root).as_posix()
        is_for_people = not any(fnmatchcase(where, pattern) for pattern in IN_ENGLISH)
        literals = {*_carried(module, TELLING | problems), *(_unmarked(module) if is_for_people else ())}
        for line, text in sorted(literals):
            yield Finding(f"{where}:{line}", "literal", f"“{shortened(text)}” is not marked for translation")
        if is_for_people and where != READS_PATHS:
            for line, name in _quoted(module):
                yield Finding(f"{where}:{line}", "library_text", f"{name} speaks English only")


def _unmarked(module: ast.Module) -> Iterator[Literal]:
    for line, text in unmarked_sentences(module, unread_calls=DOCUMENTING):
        if not SQL.fullmatch(text) and text not in KEPT:
            yield line, text


def _carried(module: ast.Module, telling: frozenset[str]) -> Iterator[Literal]:
    """Words given to what carries them to people, also where they are raised, and whatever they begin with."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and called(node) in telling:
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from _words(argument)


def _words(value: ast.expr) -> Iterator[Literal]:
    match value:
        case ast.Call() if called(value) in MARKS:
            return
        case ast.Constant() | ast.JoinedStr():
            text = text_of(value)
            # codes, formats and pointers have no blank
            if is_label(text) or (" " in text.strip() and WORD.search(text)):
                yield value.lineno, text
        case ast.IfExp(body=first, orelse=second):
            yield from _words(first)
            yield from _words(second)
        case ast.BinOp(left=first, right=second):
            yield from _words(first)
            yield from _words(second)


def _quoted(module: ast.Module) -> Iterator[Literal]:
    """`str(error)` and `f"{error}"` of an error of msgspec."""
    for node in ast.walk(module):
        if not isinstance(node, ast.ExceptHandler) or node.name is None or node.type is None:
            continue
        caught = {
            each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in _types(node.type)
        }
        if caught & DECODING:
            yield from ((line, "msgspec") for line in _shown(node, node.name))


def _types(caught: ast.expr) -> list[ast.expr]:
    return list(caught.elts) if isinstance(caught, ast.Tuple) else [caught]


def _shown(handler: ast.ExceptHandler, name: str) -> Iterator[int]:
    for node in ast.walk(handler):
        match node:
            case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=shown)]) if shown == name:
                yield node.lineno
            case ast.FormattedValue(value=ast.Name(id=shown)) if shown == name:
                yield node.lineno
            case ast.Attribute(value=ast.Name(id=shown), attr="args") if shown == name:
                yield node.lineno
