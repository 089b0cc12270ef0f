"""Schemas of what webhooks are sent: shared like those of the operations, so that generators name them."""

from backend.core.openapi.names import REFERENCE
from backend.core.openapi.walk import Json, objects, schemas


def share_event_schemas(document: Json) -> None:
    """An object with a title becomes a schema of that name. Raises ValueError when there is another one."""
    known, shared = schemas(document), dict[str, Json]()
    for each in list(objects(document.get("webhooks", {}))):
        if each.get("type") == "object" and (name := each.get("title")):
            if name in known or shared.get(name, each) != each:
                raise ValueError(f"two schemas of one name: {name}")
            shared[name] = dict(each)
            each.clear()
            each.update({"$ref": f"{REFERENCE}{name}", "description": shared[name]["description"]})
    document["components"]["schemas"] = dict(sorted((known | shared).items()))
