"""Lints the API's document, makes the collection, and generates, compiles and runs clients: `make clients`.

Writes a stamp of what was checked.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from rich.console import Console

from tests.clients.collection import make_collection
from tests.clients.compiled import compile_java_receiver, compile_kotlin, compile_typescript, import_python
from tests.clients.linters import compile_patterns, lint_with_redocly, lint_with_spectral
from tests.clients.stamp import STAMP, inputs
from tests.clients.tools import ToolFailedError, run
from tests.stamps import Stamp, write_stamp

STEPS: dict[str, Callable[[], object]] = {
    "a Kotlin client compiles": compile_kotlin,
    "Spectral finds nothing": lint_with_spectral,
    "Redocly finds nothing": lint_with_redocly,
    "every pattern is one of ECMAScript": compile_patterns,
    "a TypeScript client compiles": compile_typescript,
    "a Python client compiles": import_python,
    "the receiver in Java compiles": compile_java_receiver,
    "the collection is made": make_collection,
    "all journeys arrive": lambda: run(sys.executable, "-m", "pytest", "-q", "tests/clients/journeys/journeys.py"),
}
"""The last one needs the others."""

console = Console()


def main() -> None:
    *independent, last = STEPS
    with ThreadPoolExecutor(max_workers=2) as pool:
        steps = {pool.submit(timed, name): name for name in independent}
        failures = [name for step in as_completed(steps) if not is_passed(step, name := steps[step])]
        if failures or not is_passed(pool.submit(timed, last), last):
            sys.exit(1)
    write_stamp(STAMP, Stamp(inputs(), list(STEPS)))


def timed(name: str) -> float:
    started = time.monotonic()
    STEPS[name]()
    return time.monotonic() - started


def is_passed(step: Future[float], name: str) -> bool:
    try:
        console.print(f"{step.result():5.0f} s  {name}")
    except ToolFailedError as failure:
        console.print(f"failed   {name}\n{failure}", style="bold red", markup=False, highlight=False)
        return False
    return True


if __name__ == "__main__":
    main()
