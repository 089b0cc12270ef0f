"""Examples of requests and answers: composed of those of their fields, and what the schema allows."""

from typing import Any

import jsonschema_rs
import msgspec

from backend.core.problems import known_problems
from tests.world.caller import Json, Promises
from tests.world.document import document_text
from tests.world.every import for_every

DOCUMENT: Json = msgspec.json.decode(document_text())
SHARED: Json = DOCUMENT["components"]["examples"]
ADDRESS = "http://orion.test/openapi.json"
REGISTRY = jsonschema_rs.Registry([(ADDRESS, DOCUMENT)])
AUDIENCES = ("/api/v1/store/", "/api/v1/storefront/", "/api/v1/merchant/", "/api/v1/devices/", "/api/v1/auth/")


def _errors(value: Any, schema: Json) -> list[str]:
    """`schema` refers to those of the document."""
    absolute = msgspec.json.encode(schema).replace(b'"#/', f'"{ADDRESS}#/'.encode())
    validator = jsonschema_rs.Draft202012Validator(
        msgspec.json.decode(absolute), registry=REGISTRY, validate_formats=True
    )
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]


def _media() -> dict[str, Json]:
    """Of every request and every answer in JSON of these audiences."""
    return {
        f"{operation['operationId']} {what}": part["content"]["application/json"]
        for _, path, operation in Promises(DOCUMENT).operations
        if path.startswith(AUDIENCES)
        for what, part in [("request", operation.get("requestBody", {})), *operation["responses"].items()]
        if "application/json" in part.get("content", {})
    }


@for_every(_media())
def test_it_has_an_example_that_its_schema_allows(media: Json) -> None:
    shared = [SHARED[name]["value"] for name in media.get("examples", ())]
    for value in shared or [media["example"]]:
        assert _errors(value, media["schema"]) == []


@for_every({code: code for code in sorted(known_problems().keys() & SHARED.keys())})
def test_the_example_of_a_problem_has_its_facts(code: str) -> None:
    value = SHARED[code]["value"]
    assert set(DOCUMENT["components"]["schemas"]["Problem"]["x-facts"].get(code, [])) <= value.keys()
    assert _errors(value, {"$ref": "#/components/schemas/Problem"}) == []


def test_they_are_of_the_named_world() -> None:
    text = msgspec.json.encode(SHARED).decode()
    assert "marie.weber@example.com" in text
    assert "FASHIONHUB" in text
