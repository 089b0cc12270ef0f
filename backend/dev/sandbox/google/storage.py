"""What the sandbox remembers from one run to the next."""

import json
from datetime import datetime
from pathlib import Path

from backend.dev.sandbox.google.passes import Kind, Passes
from backend.dev.sandbox.google.resources import Resource

KINDS: tuple[Kind, ...] = ("loyaltyClass", "loyaltyObject")


def keep(passes: Passes, path: Path) -> None:
    """In whole or not at all."""
    told = {kind: [_told(resource) for resource in passes.all(kind)] for kind in KINDS}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(told), "utf-8")
    fresh.replace(path)


def recall(passes: Passes, path: Path) -> None:
    if not path.exists():
        return
    told = json.loads(path.read_text("utf-8"))
    for kind in KINDS:
        for each in told[kind]:
            rang_at = [datetime.fromisoformat(moment) for moment in each["rang_at"]]
            passes.remember(kind, Resource(each["body"], each["version"], rang_at))


def _told(resource: Resource) -> dict[str, object]:
    rang_at = [moment.isoformat() for moment in resource.rang_at]
    return {"body": resource.body, "version": resource.version, "rang_at": rang_at}
