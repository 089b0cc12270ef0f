"""Which fields of request bodies take null, and what it means."""

from collections.abc import Iterator
from typing import Any

import msgspec

from backend.core.absence import absent_when_null
from backend.core.openapi.walk import Json, schemas
from backend.core.schemas import Body

CLEARS = "Null clears it; left out, it stays as it is."


def let_null_mean_absent(document: Json) -> None:
    named = schemas(document)
    for struct in _bodies(Body):
        properties = named.get(struct.__name__, {}).get("properties", {})
        for name in absent_when_null(struct) & properties.keys():
            _add_null(properties[name])
        for field in msgspec.structs.fields(struct):
            if field.default is msgspec.UNSET and _takes_null(properties.get(field.encode_name, {})):
                schema = properties[field.encode_name]
                schema["description"] = f"{schema.get('description', '')} {CLEARS}".strip()


def _bodies(struct: type[Body]) -> Iterator[type[Body]]:
    for each in struct.__subclasses__():
        yield each
        yield from _bodies(each)


def _takes_null(schema: Json) -> bool:
    kinds: list[Any] = [schema.get("type"), *(choice.get("type") for choice in schema.get("oneOf", []))]
    return any(kind == "null" or (isinstance(kind, list) and "null" in kind) for kind in kinds)


def _add_null(schema: Json) -> None:
    kind = schema.get("type")
    if isinstance(kind, str):
        schema["type"] = [kind, "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    elif "$ref" in schema:
        schema["oneOf"] = [{"$ref": schema.pop("$ref")}, {"type": "null"}]
    elif "oneOf" in schema:
        schema["oneOf"] = [*schema["oneOf"], {"type": "null"}]
