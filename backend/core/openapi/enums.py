"""Closed sets of strings: one schema for each, with the title that its type gives it."""

from backend.core.openapi.names import REFERENCE
from backend.core.openapi.walk import Json, objects, schemas

OPEN = "Later versions may add values: treat an unknown one as you would treat a missing one."


def share_enums(document: Json) -> None:
    """An enum without a title stays where it is."""
    shared: dict[str, Json] = {}
    for schema in list(objects(document)):
        if isinstance(schema.get("enum"), list) and isinstance(schema.get("title"), str):
            _share(schema, shared)
    named = schemas(document)
    if same := shared.keys() & named.keys():
        raise ValueError(f"two schemas of one name: {sorted(same)}")
    document["components"]["schemas"] = dict(sorted((named | shared).items()))


def _share(schema: Json, shared: dict[str, Json]) -> None:
    """Replaces the enum by a reference to the shared one."""
    title, values = schema.pop("title"), [value for value in schema.pop("enum") if value is not None]
    kinds = schema.pop("type")
    own = {"type": "string", "title": title, "enum": values, "x-extensible-enum": values, "description": OPEN}
    if shared.setdefault(title, own)["enum"] != values:
        raise ValueError(f"two enums of one title: {title}")
    reference = {"$ref": f"{REFERENCE}{title}"}
    schema.update({"oneOf": [reference, {"type": "null"}]} if "null" in kinds else reference)
