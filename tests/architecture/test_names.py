"""One name, one thing: a public class or type of the backend is found by its name alone."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[2] / "backend"
TWICE: dict[str, str] = {}
"""Names that stay twice, with the reason."""


def public_types(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        match node:
            case ast.ClassDef(name=name):
                names = [name]
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names = [name] if is_camel_case(name) else []
            case _:
                names = []
        yield from (name for name in names if not name.startswith("_"))


def is_camel_case(name: str) -> bool:
    return name[0].isupper() and not name.isupper() and "_" not in name


def definitions() -> dict[str, list[str]]:
    found = defaultdict(list)
    for path in sorted(BACKEND.rglob("*.py")):
        for name in public_types(ast.parse(path.read_text(encoding="utf-8"))):
            found[name].append(str(path.relative_to(BACKEND)))
    return found


def test_no_two_public_types_have_the_same_name() -> None:
    twice = {name: paths for name, paths in definitions().items() if len(paths) > 1}
    assert {name: paths for name, paths in twice.items() if name not in TWICE} == {}
    assert set(TWICE) - set(twice) == set(), "no longer twice: take it off the list"
