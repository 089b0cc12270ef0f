"""Files and functions are small enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("backend", "benchmarks", "environment", "frontend", "i18n", "migrations", "workers")
CODE = {".py", ".js"}
FILE_LINES_MAX, FUNCTION_LINES_MAX = 200, 40


def code_files() -> list[Path]:
    """Without what others wrote."""
    files = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.suffix in CODE)
    return [path for path in files if not {"vendor", "__pycache__"} & set(path.parts)]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_can_be_read_in_one_go() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in code_files()}
    assert len(lengths) > 500, "the code is somewhere else"
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_no_function_is_longer_than_can_be_read_in_one_go() -> None:
    """Without its decorators: those of a route are its documentation."""
    lengths = {
        f"{path.relative_to(ROOT)} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in code_files()
        if path.suffix == ".py"
        for function in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES_MAX} == {}
