"""Saves Google's classes and objects to a file, and loads them at the next run."""

import json
from datetime import datetime
from pathlib import Path

from backend.dev.sandbox.google.passes import Passes, ServedType
from backend.dev.sandbox.google.resources import Resource

RESOURCE_TYPES: tuple[ServedType, ...] = ("loyaltyClass", "loyaltyObject")


def save(passes: Passes, path: Path) -> None:
    """Atomic: the file is written aside and renamed."""
    facts = {kind: [_as_json(resource) for resource in passes.all(kind)] for kind in RESOURCE_TYPES}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(facts), "utf-8")
    fresh.replace(path)


def load(passes: Passes, path: Path) -> None:
    """Does nothing when there is no file."""
    if not path.exists():
        return
    facts = json.loads(path.read_text("utf-8"))
    for kind in RESOURCE_TYPES:
        for each in facts[kind]:
            notified_at = [datetime.fromisoformat(moment) for moment in each["notified_at"]]
            passes.restore(kind, Resource(each["body"], each["version"], notified_at))


def _as_json(resource: Resource) -> dict[str, object]:
    notified_at = [moment.isoformat() for moment in resource.notified_at]
    return {"body": resource.body, "version": resource.version, "notified_at": notified_at}
