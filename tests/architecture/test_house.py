"""The house rules that no tool of ours checks."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from backend.core.problems import Problem, RequestRefused, known_problems

ROOT = Path(__file__).resolve().parents[2]
OUR_TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCHEMAS = re.compile(r"backend\.(\w+\.)*schemas(\.\w+)?|backend\.core\.(validation|field_messages)")
"""With the check of a value against a schema."""
NOT_PROVOKED = {
    "request_refused": "all other refusals of the framework; provoked in tests/core/test_failures.py by hand",
    "unsupported_media_type": "asked of every operation with a body in tests/core/test_request_checks.py",
    **dict.fromkeys(
        (
            "allowance_exceeded",
            "allowance_missing",
            "dependency_refused",
            "not_booked_here",
            "operation_dismissed",
            "unknown_operation",
        ),
        "told of one operation of a batch: tests/loyalty/offline",
    ),
}


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node, node.module or ""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_frontend_knows_the_backend_by_its_schemas_only() -> None:
    known = {
        (named(path), module)
        for path in modules("frontend")
        for _, module in imports(parsed(path))
        if module.split(".")[0] in {"backend", "workers"}
    }
    assert {entry for entry in known if not SCHEMAS.fullmatch(entry[1])} == set()


def test_nothing_is_imported_inside_a_function() -> None:
    hidden = {
        (named(path), module)
        for path in modules("backend", "frontend", "workers", "i18n", "environment", "migrations", "tests")
        for node, module in imports(parsed(path))
        if node not in parsed(path).body
    }
    assert hidden == set()


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    found = {
        (named(path), node.attr)
        for path in OUR_TESTS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "xfail", "importorskip"}
    }
    assert found == set()


MANY_ROOMS = {
    *("architecture", "benchmarks", "chaos", "clients", "doubles", "install", "journeys"),
    *("mutants", "properties", "runbooks", "schemathesis", "spelling", "strings", "upgrade", "world"),
}
"""Folders of what concerns more than one room."""


def test_a_room_is_tested_in_the_folder_of_the_same_name() -> None:
    folders = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    of_one_room = {folder for folder in folders if folder.parts and folder.parts[0] not in MANY_ROOMS}
    rooms = {folder for folder in of_one_room if (ROOT / folder).is_dir() or (ROOT / "backend" / folder).is_dir()}
    assert of_one_room - rooms == set()


DOORS = {"backend/core/outbound/calls.py", "frontend/api/responses.py"}
SERVERS = {"backend/dev/sandbox/apple/apns.py", "backend/dev/sandbox/apple/apns_connection.py"}
"""They are asked, and do not ask."""
CLIENTS = {"aiohttp", "aiosmtplib", "anyio", "h2", "httpcore", "httpx"}


def caught(tree: ast.AST) -> Iterator[str]:
    """What a module catches, or lets pass with `suppress`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            yield ast.unparse(node.type)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            yield from map(ast.unparse, node.args)


def of_clients(path: Path) -> set[str]:
    """Names by which a module knows what belongs to a client."""
    froms = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom)]
    return CLIENTS | {
        name.asname or name.name
        for node in froms
        if (node.module or "").split(".")[0] in CLIENTS
        for name in node.names
    }


def test_what_a_call_to_the_outside_raises_is_caught_at_the_door_only() -> None:
    """Code that catches only a client's own errors misses those that it lets through."""
    found = {
        (named(path), said)
        for path in modules("backend", "frontend", "workers")
        if named(path) not in DOORS | SERVERS
        for said in caught(parsed(path))
        if of_clients(path) & set(re.findall(r"\w+", said))
    }
    assert found == set()


def provoked() -> set[str]:
    """Codes that some test names in `refused(...)`."""
    calls = (node for path in OUR_TESTS for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "refused" and isinstance(call.args[0], ast.Constant)
    }


def test_every_problem_code_is_provoked_by_a_test() -> None:
    assert set(known_problems()) - provoked() == set(NOT_PROVOKED)


def test_a_code_means_one_status() -> None:
    seen: dict[str, set[int]] = {}
    waiting = Problem.__subclasses__()
    while waiting:
        problem = waiting.pop()
        waiting += problem.__subclasses__()
        if problem is not RequestRefused:
            seen.setdefault(problem.code, set()).add(problem.status)
    assert {code: statuses for code, statuses in seen.items() if len(statuses) > 1} == {}
