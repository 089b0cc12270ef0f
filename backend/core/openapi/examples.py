"""An example of each request and each answer, composed of the examples of its fields."""

from typing import Any

from backend.core.openapi.named_world import DAY, ID, MOMENT, NAMED, OF_SCHEMA
from backend.core.openapi.names import REFERENCE
from backend.core.openapi.walk import Json, operations, schemas

FORMATS = {"uuid": ID, "date-time": MOMENT, "date": DAY}
JSON = "application/json"
DEPTH_MAX = 8


def add_examples(document: Json) -> None:
    """Those of schemas with a name are shared."""
    shared = document["components"].setdefault("examples", {})
    for operation in operations(document):
        answers = [answer for status, answer in operation["responses"].items() if status < "400"]
        for part in (operation.get("requestBody", {}), *answers):
            media = part.get("content", {}).get(JSON)
            name = media and _name(media["schema"])
            if media and "items" in media["schema"]:
                media["example"] = example_of(media["schema"], schemas(document))
            elif name:
                shared.setdefault(name, {"value": example_of(media["schema"], schemas(document))})
                media["examples"] = {name: {"$ref": f"#/components/examples/{name}"}}


def _name(schema: Json) -> str:
    """Of several schemas the first is shown. Empty for a schema without a name."""
    return str(schema.get("oneOf", [schema])[0].get("$ref", "")).removeprefix(REFERENCE)


def add_facts_to_examples(document: Json) -> None:
    """The example of a problem has its facts."""
    problem, shared = schemas(document)["Problem"], document["components"]["examples"]
    for code, facts in problem["x-facts"].items():
        for fact in facts if code in shared else ():
            value = example_of(problem["properties"][fact], schemas(document), f"Problem.{fact}")
            shared[code]["value"].setdefault(fact, value)


def example_of(schema: Json, named: dict[str, Json], place: str = "", depth: int = 0) -> Any:
    """`place`: schema and property, such as `CardView.code`. None where nothing is known about a text."""
    if examples := schema.get("examples") or schema.get("enum"):
        return examples[0]
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REFERENCE)
        return example_of(named[name], named, name, depth)
    if "oneOf" in schema:
        return None if depth > DEPTH_MAX else example_of(schema["oneOf"][0], named, place, depth)
    kinds = schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type")]
    if "object" in kinds:
        return _object(schema, named, place, depth)
    return _array(schema, named, place, depth) if "array" in kinds else _scalar(schema, kinds, place)


def _array(schema: Json, named: dict[str, Json], place: str, depth: int) -> list[Any]:
    known = _named(place)
    if isinstance(known, list) or depth > DEPTH_MAX:
        return known if isinstance(known, list) else []
    entry = example_of(schema["items"], named, place, depth + 1)
    return [] if entry is None else [entry]


def _object(schema: Json, named: dict[str, Json], place: str, depth: int) -> Json:
    name = place.partition(".")[0]
    required = schema.get("required", [])
    fields = {
        field: example_of(kind, named, f"{name}.{field}", depth + 1)
        for field, kind in schema.get("properties", {}).items()
    }
    return {field: value for field, value in fields.items() if value is not None or field in required}


def _scalar(schema: Json, kinds: list[Any], place: str) -> Any:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    if "const" in schema:
        return schema["const"]
    known = _named(place)
    if "string" in kinds:
        return known if isinstance(known, str) else None
    if "integer" in kinds or "number" in kinds:
        return (
            known if isinstance(known, int) else max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
        )
    return False if "boolean" in kinds else None


def _named(place: str) -> Any:
    return OF_SCHEMA.get(place, NAMED.get(place.rpartition(".")[2]))
