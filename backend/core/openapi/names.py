"""Names of schemas: short, and of the parts that a reader of the API knows."""

import re

from backend.core.openapi.walk import Json, objects, schemas

PAGE = re.compile(r"Page_(?:\w+\.)*(\w+?)(?:View|Detail|Summary|Listed)?_")
REFERENCE = "#/components/schemas/"
RENAMED = {"ProblemView": "Problem"}


def shorten_names(document: Json) -> None:
    """Raises ValueError when two schemas would have one name."""
    named = schemas(document)
    short = {name: RENAMED.get(name) or PAGE.sub(r"\1Page", name) for name in named}
    if len(set(short.values())) < len(short):
        raise ValueError(f"two schemas of one name: {sorted(short.values())}")
    document["components"]["schemas"] = {short[name]: named[name] for name in sorted(named, key=short.__getitem__)}
    for name, schema in document["components"]["schemas"].items():
        schema["title"] = name
    for each in objects(document):
        if isinstance(each.get("$ref"), str) and each["$ref"].startswith(REFERENCE):
            each["$ref"] = REFERENCE + short[each["$ref"].removeprefix(REFERENCE)]
