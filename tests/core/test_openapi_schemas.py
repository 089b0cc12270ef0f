"""Schemas of the document: their names, closed sets of strings, and the facts of problems."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from backend.core.openapi.problem_schema import fact_types
from backend.core.problems import Problem, all_problems
from tests.world.caller import Json, Promises
from tests.world.document import document_text
from tests.world.every import for_every

DOCUMENT: Json = msgspec.json.decode(document_text())
SCHEMAS: dict[str, Json] = DOCUMENT["components"]["schemas"]
BACKEND = Path(__file__).resolve().parents[2] / "backend"
PROBLEMS = {problem.__name__: problem for problem in all_problems()}


def _objects(part: Any) -> Iterator[Json]:
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _objects(inner)


@for_every({name: name for name in SCHEMAS})
def test_a_schema_has_a_short_name(name: str) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z]{1,29}", name)
    assert SCHEMAS[name].get("title") == name


def test_a_closed_set_of_strings_is_a_schema_of_its_own_and_open() -> None:
    enums = [each for each in _objects(DOCUMENT) if isinstance(each.get("enum"), list)]
    assert enums
    for each in enums:
        assert SCHEMAS[each["title"]] is each
        assert each["x-extensible-enum"] == each["enum"]
        assert "unknown" in each["description"]
        assert None not in each["enum"]


def test_what_lists_its_values_is_an_enum() -> None:
    """A tablet may send any `op`: what it was is shown as it came."""
    listed = {
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, shape in schema.get("properties", {}).items()
        if "string" in str(shape.get("type")) and {"enum", "const", "format"}.isdisjoint(shape)
        if re.match(r"`\w+`(: |, `\w+`| or `\w+`)", shape.get("description", ""))
    }
    assert listed == {"DeviceOperationView.op", "Problem.reason", "ReviewItem.op"}


def test_a_closed_set_is_of_strings() -> None:
    """A generated Kotlin client sends the members of any other as strings."""
    for each in _objects(DOCUMENT):
        assert isinstance(each.get("const", ""), str)


def test_every_schema_is_used() -> None:
    used = {str(each["$ref"]).rpartition("/")[2] for each in _objects(DOCUMENT) if isinstance(each.get("$ref"), str)}
    assert SCHEMAS.keys() - used == set()


def test_no_two_addresses_can_be_the_same() -> None:
    """`/cards/{id}` and `/cards/{code}` would be."""
    shapes = [(method, re.sub(r"\{\w+\}", "{}", path)) for method, path, _ in Promises(DOCUMENT).operations]
    assert len(shapes) == len(set(shapes))


def test_no_answer_is_described_as_litestar_describes_it() -> None:
    for _, _, operation in Promises(DOCUMENT).operations:
        for response in operation["responses"].values():
            assert response["description"] not in {"Additional response", "Request fulfilled, document follows", "OK"}


def test_a_fact_has_one_type_in_all_problems_and_is_in_the_document() -> None:
    assert fact_types().keys() <= SCHEMAS["Problem"]["properties"].keys()
    told = {(code, fact) for code, facts in SCHEMAS["Problem"]["x-facts"].items() for fact in facts}
    assert told == {(problem.code, fact) for problem in all_problems() for fact in problem.fact_types()}


def test_what_is_raised_has_only_declared_facts() -> None:
    for place, problem, facts in _raised():
        assert facts <= problem.fact_types().keys(), place


def test_a_sentence_names_only_declared_facts() -> None:
    for problem in all_problems():
        for sentence in problem.detail if isinstance(problem.detail, tuple) else (problem.detail,):
            assert set(re.findall(r"%\((\w+)\)s", sentence)) <= problem.fact_types().keys(), problem


def _raised() -> Iterator[tuple[str, type[Problem], set[str]]]:
    """Each place that makes a problem, with the facts that it gives by name."""
    for path in BACKEND.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for call in ast.walk(ast.parse(source)) if "raise " in source or "return " in source else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in PROBLEMS:
                problem = PROBLEMS[call.func.id]
                takes_facts = "__init__" not in vars(problem)
                facts = {keyword.arg for keyword in call.keywords if keyword.arg}
                yield f"{path}:{call.lineno}", problem, facts if takes_facts else set()
