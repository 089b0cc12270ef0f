"""What means that a server is away is listed in one place: a list of its own forgets one way to die, and is a 500."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.test_house import imports, modules, named, parsed

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


def kinds(node: ast.expr | None) -> set[str]:
    """The names of the classes that are caught."""
    if isinstance(node, ast.Tuple):
        return {kind for each in node.elts for kind in kinds(each)}
    if isinstance(node, ast.BinOp):
        return kinds(node.left) | kinds(node.right)
    if isinstance(node, ast.Attribute):
        return {node.attr}
    return {node.id} if isinstance(node, ast.Name) else set()


def lists(path: Path) -> Iterator[set[str]]:
    """What is caught, and every tuple of classes that could be."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ExceptHandler):
            yield kinds(node.type)
        elif isinstance(node, ast.Tuple):
            yield kinds(node)


def is_a_list_of_its_own(caught: set[str]) -> bool:
    return bool(caught & OF_CONNECTIONS) or caught >= TOGETHER


def test_nobody_has_a_list_of_their_own_of_what_means_away() -> None:
    # The embedded servers, the doubles of Apple and a mail server's connection are none of the servers of production.
    ours = [path for path in modules("backend", "workers") if not named(path).startswith("backend/dev/")]
    found = {named(path) for path in ours for caught in lists(path) if is_a_list_of_its_own(caught)}
    assert found - set(EXPLAIN) == set()


def test_the_errors_of_redis_are_known_to_the_list_alone() -> None:
    found = {
        named(path) for path in modules("backend", "workers") for _, name in imports(parsed(path))
        if name == "redis.exceptions"
    }  # fmt: skip
    assert found <= set(EXPLAIN)
