"""What counts as a breaking change of the API, and that a release refuses it."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backend.cli import openapi
from backend.cli.contract import breaking_changes
from backend.core.clock import clock
from tests.world.document import document_text

RELEASED = Path(__file__).parents[2] / "docs" / "openapi-released.json"
TODAY = date(2026, 11, 30)
PATH = "/cards/{card_id}"
PROBLEM = "application/problem+json"
DOCUMENT: dict[str, Any] = {
    "paths": {
        PATH: {
            "post": {
                "operationId": "changeCard",
                "security": [{"token": []}],
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Change"}}}},
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Card"}}}},
                    "409": {"content": {PROBLEM: {"examples": {"card_blocked": {}}}}},
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Change": {
                "type": "object",
                "required": ["state"],
                "properties": {
                    "state": {"type": "string", "enum": ["active", "blocked"]},
                    "notes": {"oneOf": [{"type": "string", "maxLength": 500}, {"type": "null"}]},
                },
            },
            "Card": {
                "type": "object",
                "required": ["id", "state"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "state": {"type": "string", "enum": ["active", "blocked"]},
                    "points": {"type": ["integer", "null"]},
                    "merged": {"type": "array", "items": {"$ref": "#/components/schemas/Card"}},
                },
            },
        }
    },
}

Change = Callable[[Any, Any, Any], object]
"""Gets the operation, the schema of its request and that of its response."""

BREAKING: dict[str, tuple[Change, str]] = {
    "an operation id": (lambda op, _, __: op.update(operationId="editCard"), "operationId changeCard is now editCard"),
    "who may ask": (lambda op, _, __: op.update(security=[{"device": []}]), "asks for another authorization"),
    "a parameter goes": (lambda op, _, __: op["parameters"].clear(), "query limit is removed"),
    "a new parameter is required": (
        lambda op, _, __: op["parameters"].append({"name": "X", "in": "header", "required": True, "schema": {}}),
        "header X is required",
    ),
    "a limit is lower": (
        lambda op, _, __: op["parameters"][0]["schema"].update(maximum=50),
        "query limit: maximum is 50",
    ),
    "a body is required": (lambda op, _, __: op["requestBody"].update(required=True), "a body is required"),
    "a field of the request goes": (lambda _, req, __: req["properties"].pop("notes"), "body.notes: removed"),
    "a field is required": (lambda _, req, __: req["required"].append("notes"), "body.notes: is required"),
    "null is refused": (
        lambda _, req, __: req["properties"].update(notes={"type": "string", "maxLength": 500}),
        "body.notes: null is not taken any more",
    ),
    "a value is refused": (
        lambda _, req, __: req["properties"]["state"]["enum"].remove("blocked"),
        "body.state: value blocked is removed",
    ),
    "a text is only taken when it fits": (
        lambda _, req, __: req["properties"]["notes"]["oneOf"][0].update(pattern="^a"),
        "body.notes: has a pattern",
    ),
    "an answer goes": (lambda op, _, __: op["responses"].pop("200"), "answers no 200"),
    "a field of the response goes": (lambda _, __, card: card["properties"].pop("points"), "200.points: removed"),
    "a field may be left out": (lambda _, __, card: card["required"].remove("id"), "200.id: may be left out"),
    "a field may be null": (
        lambda _, __, card: card["properties"]["id"].update(type=["string", "null"]),
        "200.id: null is new",
    ),
    "a field has another type": (
        lambda _, __, card: card["properties"]["points"].update(type=["string", "null"]),
        "200.points: string is new",
    ),
    "a value of the response goes": (
        lambda _, __, card: card["properties"]["state"]["enum"].remove("active"),
        "200.state: value active is removed",
    ),
    "a problem has another status": (
        lambda op, _, __: op["responses"].update({"403": op["responses"].pop("409")}),
        "problem card_blocked: has another status",
    ),
}
ADDITIVE: dict[str, Change] = {
    "nothing": lambda *_: None,
    "a parameter that may be left out": lambda op, _, __: op["parameters"].append(
        {"name": "order", "in": "query", "schema": {"type": "string"}}
    ),
    "a higher limit": lambda op, _, __: op["parameters"][0]["schema"].update(maximum=200),
    "a field that may be left out": lambda _, req, __: req["properties"].update(reason={"type": "string"}),
    "a field need not be sent": lambda _, req, __: req["required"].remove("state"),
    "null is taken": lambda _, req, __: req["properties"]["state"].update(type=["string", "null"]),
    "a value is taken": lambda _, req, __: req["properties"]["state"]["enum"].append("closed"),
    "a field of the response": lambda _, __, card: card["properties"].update(stamps={"type": "integer"}),
    "a field is always there": lambda _, __, card: card["required"].append("points"),
    "a field is never null": lambda _, __, card: card["properties"]["points"].update(type="integer"),
    "a value of the response": lambda _, __, card: card["properties"]["state"]["enum"].append("closed"),
    "another answer": lambda op, _, __: op["responses"].update({"202": {}}),
    "another problem": lambda op, _, __: op["responses"]["409"]["content"][PROBLEM]["examples"].update(card_merged={}),
    "a public operation": lambda op, _, __: op.pop("security"),
}


def changed(change: Change) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    schemas = document["components"]["schemas"]
    change(document["paths"][PATH]["post"], schemas["Change"], schemas["Card"])
    return document


def test_integrations_with_the_released_document_work_with_the_present_one() -> None:
    released = json.loads(RELEASED.read_text("utf-8"))
    assert breaking_changes(released, json.loads(document_text()), clock.now().date()) == []


@pytest.mark.parametrize(("change", "finding"), BREAKING.values(), ids=BREAKING)
def test_what_an_integration_relies_on_may_not_change(change: Change, finding: str) -> None:
    assert breaking_changes(DOCUMENT, changed(change), TODAY) == [f"POST {PATH}: {finding}"]


@pytest.mark.parametrize("change", ADDITIVE.values(), ids=ADDITIVE)
def test_what_is_only_added_breaks_nothing(change: Change) -> None:
    assert breaking_changes(DOCUMENT, changed(change), TODAY) == []


def test_a_problem_that_no_operation_has_any_more_is_missed() -> None:
    present = changed(lambda op, _, __: op["responses"].pop("409"))
    assert breaking_changes(DOCUMENT, present, TODAY) == ["problem card_blocked: removed"]


@pytest.mark.parametrize(
    ("announced", "is_missed"),
    [
        ({}, True),
        ({"deprecated": True}, True),
        ({"deprecated": True, "x-sunset": "2026-12-01"}, True),
        ({"deprecated": True, "x-sunset": "2026-11-30"}, False),
    ],
)
def test_an_operation_goes_on_the_day_that_was_announced(announced: dict[str, Any], is_missed: bool) -> None:
    released = changed(lambda op, _, __: op.update(announced))
    released["paths"][PATH]["post"]["responses"].pop("409")
    findings = breaking_changes(released, {"paths": {}, "components": {}}, TODAY)
    assert findings == [f"POST {PATH}: removed"] * is_missed


def test_a_release_is_refused_when_it_would_break_an_integration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = document_text()
    monkeypatch.setattr(openapi, "document_text", lambda: text)
    file = tmp_path / "released.json"
    command = ["--release", str(file)]
    assert CliRunner().invoke(openapi.openapi, command).exit_code == 0
    released = json.loads(file.read_text("utf-8"))
    assert released == json.loads(text)
    released["paths"]["/api/v1/tomorrow"] = {"get": {"operationId": "getTomorrow", "responses": {}}}
    file.write_text(json.dumps(released))
    refused = CliRunner().invoke(openapi.openapi, command)
    assert (refused.exit_code, "GET /api/v1/tomorrow: removed" in refused.output) == (1, True)
    assert json.loads(file.read_text("utf-8")) == released
