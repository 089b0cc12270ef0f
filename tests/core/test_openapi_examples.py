"""Examples of requests and answers: composed of those of their fields, and what the schema allows."""

from typing import Any

import jsonschema_rs
import msgspec
import pytest

from backend.core.problems import known_problems
from tests.world.caller import Json, Promises
from tests.world.document import document_text

DOCUMENT: Json = msgspec.json.decode(document_text())
SHARED: Json = DOCUMENT["components"]["examples"]
AUDIENCES = ("/api/v1/store/", "/api/v1/storefront/", "/api/v1/merchant/", "/api/v1/devices/", "/api/v1/auth/")


def _media() -> list[Any]:
    """Of every request and every answer in JSON of these audiences."""
    return [
        pytest.param(part["content"]["application/json"], id=f"{operation['operationId']} {what}")
        for _, path, operation in Promises(DOCUMENT).operations
        if path.startswith(AUDIENCES)
        for what, part in [("request", operation.get("requestBody", {})), *operation["responses"].items()]
        if "application/json" in part.get("content", {})
    ]


@pytest.mark.parametrize("media", _media())
def test_it_has_an_example_that_its_schema_allows(media: Json) -> None:
    schema = {**media["schema"], "components": DOCUMENT["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    shared = [SHARED[name]["value"] for name in media.get("examples", ())]
    for value in shared or [media["example"]]:
        errors = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]
        assert errors == []


@pytest.mark.parametrize("code", sorted(known_problems().keys() & SHARED.keys()))
def test_the_example_of_a_problem_has_its_facts(code: str) -> None:
    value = SHARED[code]["value"]
    assert set(DOCUMENT["components"]["schemas"]["Problem"]["x-facts"].get(code, [])) <= value.keys()
    schema = {"$ref": "#/components/schemas/Problem", "components": DOCUMENT["components"]}
    errors = jsonschema_rs.Draft202012Validator(schema, validate_formats=True).iter_errors(value)
    assert [f"{error.instance_path}: {error.message}" for error in errors] == []


def test_they_are_of_the_named_world() -> None:
    text = msgspec.json.encode(SHARED).decode()
    assert "marie.weber@example.com" in text
    assert "FASHIONHUB" in text
