"""What means that a server is away is listed in one place: a list of its own forgets one way to die, and is a 500."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = "backend/core/outages.py"
EXPLAIN = {
    LIST: "the list",
    "backend/core/connectivity.py": "says why a connection cannot be made, before the start",
    "backend/core/database_connector.py": "tries the next host",
}
OF_CONNECTIONS = {
    *("RedisError", "ConnectionError", "BusyLoadingError", "SQLAlchemyError", "OperationalError", "PoolTimeout"),
    *("PostgresError", "InterfaceError", "InternalClientError", "PostgresConnectionError", "CannotConnectNowError"),
    *("ConnectionDoesNotExistError", "AdminShutdownError", "OperatorInterventionError", "InsufficientResourcesError"),
}
TOGETHER = {"OSError", "TimeoutError"}
"""One of them is about a file, or a time limit of our own."""


@cache
def modules() -> dict[str, ast.Module]:
    """By path; the embedded servers and the doubles of development are no servers of production."""
    files = [path for folder in ("backend", "workers") for path in sorted((ROOT / folder).rglob("*.py"))]
    trees = {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in files}
    assert len(trees) > 500, "the code is somewhere else"
    return {path: tree for path, tree in trees.items() if not path.startswith("backend/dev/")}


def kinds(node: ast.expr | None) -> set[str]:
    """The names of the classes that are caught."""
    if isinstance(node, ast.Tuple):
        return {kind for each in node.elts for kind in kinds(each)}
    if isinstance(node, ast.BinOp):
        return kinds(node.left) | kinds(node.right)
    if isinstance(node, ast.Attribute):
        return {node.attr}
    return {node.id} if isinstance(node, ast.Name) else set()


def lists(tree: ast.Module) -> Iterator[set[str]]:
    """What is caught, and every tuple of classes that could be."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            yield kinds(node.type)
        elif isinstance(node, ast.Tuple):
            yield kinds(node)


def is_a_list_of_its_own(caught: set[str]) -> bool:
    return bool(caught & OF_CONNECTIONS) or caught >= TOGETHER


def test_nobody_has_a_list_of_their_own_of_what_means_away() -> None:
    found = {path for path, tree in modules().items() if any(map(is_a_list_of_its_own, lists(tree)))}
    assert found - set(EXPLAIN) == set()


def test_the_errors_of_redis_are_known_to_the_list_alone() -> None:
    found = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "redis.exceptions"
    }
    assert found <= set(EXPLAIN)
