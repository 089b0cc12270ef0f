"""Closed sets of strings: one schema for each, named by `one_of`, or like the alias of its `Literal` in a slice."""

import sys
from typing import Literal, get_args, get_origin

from backend.core.openapi.names import REFERENCE
from backend.core.openapi.walk import Json, objects, schemas

OPEN = "Later versions may add values: treat an unknown one in an answer as a missing one."


def share_enums(document: Json) -> None:
    """Raises ValueError when an enum has no name, or the name of another schema."""
    enums = [each for each in objects(document) if isinstance(each.get("enum"), list)]
    names = _aliases() | {_values(each): each["title"] for each in enums if isinstance(each.get("title"), str)}
    if nameless := {_values(each) for each in enums} - names.keys():
        raise ValueError(f"give these a name, as an alias in the schemas of their slice: {sorted(nameless)}")
    shared = {names[_values(each)]: _enum(names[_values(each)], _values(each)) for each in enums}
    if same := shared.keys() & schemas(document).keys():
        raise ValueError(f"two schemas of one name: {sorted(same)}")
    for each in enums:
        _refer(each, names[_values(each)])
    document["components"]["schemas"] = dict(sorted((schemas(document) | shared).items()))


def _aliases() -> dict[tuple[str, ...], str]:
    """The names of all `Literal` in modules of schemas, by their values."""
    return {
        get_args(value): name
        for module, loaded in sorted(sys.modules.items())
        if module.startswith("backend.") and "schemas" in module.split(".")
        for name, value in vars(loaded).items()
        if get_origin(value) is Literal
    }


def _values(schema: Json) -> tuple[str, ...]:
    return tuple(value for value in schema["enum"] if value is not None)


def _enum(name: str, values: tuple[str, ...]) -> Json:
    listed = list(values)
    return {"type": "string", "title": name, "description": OPEN, "enum": listed, "x-extensible-enum": listed}


def _refer(schema: Json, name: str) -> None:
    reference, kinds = {"$ref": f"{REFERENCE}{name}"}, schema.pop("type", "string")
    del schema["enum"]
    schema.pop("title", None)
    schema.update({"oneOf": [reference, {"type": "null"}]} if "null" in kinds else reference)
