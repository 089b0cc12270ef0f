"""The plainest of several notations for the same: generators of clients understand it best."""

from typing import Any

from backend.core.openapi.walk import Json, objects, operations

NULL = {"type": "null"}
WHOLE = ("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf")


def use_plain_notation(document: Json) -> None:
    for operation in operations(document):
        for parameter in operation.get("parameters", []):
            _leave_null_out(parameter["schema"])
        for media in operation.get("requestBody", {}).get("content", {}).values():
            media["schema"] = _several(media["schema"])
    for each in objects(document):
        if each.get("deprecated") is False:
            del each["deprecated"]
        if isinstance(each.get("anyOf"), list):
            each["oneOf"] = each.pop("anyOf")
        if isinstance(each.get("oneOf"), list):
            _fold_null(each)
        if "integer" in _types(each):
            each.update({bound: int(each[bound]) for bound in WHOLE if bound in each})
    for header in document["components"].get("headers", {}).values():
        header.pop("required", None)


def _several(schema: Json) -> Json:
    """The list, where a body may be one object or a list of such: a client in TypeScript cannot tell them apart."""
    choices = schema.get("oneOf", [])
    lists = [choice for choice in choices if choice.get("type") == "array" and choice.get("items") in choices]
    return lists[0] if lists else schema


def _types(schema: Json) -> list[Any]:
    kind = schema.get("type")
    return kind if isinstance(kind, list) else [kind]


def _leave_null_out(schema: Json) -> None:
    """A parameter is absent, never null."""
    choices = schema.get("oneOf", [])
    if NULL in choices:
        others = [choice for choice in choices if choice != NULL]
        del schema["oneOf"]
        schema.update(others[0] if len(others) == 1 else {"oneOf": others})
    if "null" in _types(schema):
        (schema["type"],) = [kind for kind in _types(schema) if kind != "null"]
    if None in schema.get("enum", []):
        schema["enum"].remove(None)


def _fold_null(schema: Json) -> None:
    """`oneOf` of one type and null becomes a list of both types, and `oneOf` of one type that type."""
    if len(schema["oneOf"]) == 1:
        schema.update(schema.pop("oneOf")[0])
        return
    others = [choice for choice in schema["oneOf"] if choice != NULL]
    if len(others) == 1 and isinstance(others[0].get("type"), str):
        del schema["oneOf"]
        only = others[0]
        schema.update(only | {"type": [only["type"], "null"]})
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
