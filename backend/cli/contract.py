"""What an integration that works with the released OpenAPI document would miss in the present one."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from backend.cli.contract_schemas import Schemas, resolved
from backend.core.openapi.walk import Json

METHODS = ("get", "put", "post", "delete", "patch")


def breaking_changes(released: Json, present: Json, today: date) -> list[str]:
    """A line for each. A deprecated operation may be missing once its sunset has passed."""
    schemas = Schemas(released, present)
    findings = [f"problem {code}: removed" for code in sorted(_codes(released) - _codes(present))]
    for name, old, new in _pairs(released, present):
        if new is None:
            findings += [] if _may_go(old, today) else [f"{name}: removed"]
        else:
            findings += [f"{name}: {change}" for change in _changes(old, new, schemas)]
    return findings


def _pairs(released: Json, present: Json) -> Iterator[tuple[str, Json, Json | None]]:
    for path, item in released["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method], present["paths"].get(path, {}).get(method)


def _may_go(operation: Json, today: date) -> bool:
    sunset = operation.get("x-sunset")
    return bool(operation.get("deprecated") and sunset and date.fromisoformat(sunset) <= today)


def _codes(document: Json) -> set[str]:
    operations = [operation for _, operation, _ in _pairs(document, document)]
    return {code for operation in operations for code in _statuses_by_code(operation, document)}


def _statuses_by_code(operation: Json, document: Json) -> dict[str, set[str]]:
    """The examples of a refusal are named by the codes."""
    statuses: dict[str, set[str]] = {}
    for status, response in operation["responses"].items():
        content = resolved(response, document).get("content", {})
        for code in content.get("application/problem+json", {}).get("examples", {}):
            statuses.setdefault(code, set()).add(status)
    return statuses


def _changes(old: Json, new: Json, schemas: Schemas) -> Iterator[str]:
    if old["operationId"] != new["operationId"]:
        yield f"operationId {old['operationId']} is now {new['operationId']}"
    if {} not in _ways_in(new) and any(way not in _ways_in(new) for way in _ways_in(old)):
        yield "asks for another authorization"
    yield from _parameters(old, new, schemas)
    yield from _body(old, new, schemas)
    yield from _responses(old, new, schemas)
    known = _statuses_by_code(new, schemas.present)
    for code, statuses in _statuses_by_code(old, schemas.released).items():
        if code in known and not statuses & known[code]:
            yield f"problem {code}: has another status"


def _ways_in(operation: Json) -> list[Any]:
    """Without any requirement everybody may enter."""
    return operation.get("security") or [{}]


def _parameters(old: Json, new: Json, schemas: Schemas) -> Iterator[str]:
    before, after = _by_name(old, schemas.released), _by_name(new, schemas.present)
    for name, parameter in after.items():
        if parameter.get("required") and not before.get(name, {}).get("required"):
            yield f"{name} is required"
    for name, parameter in before.items():
        if name not in after:
            yield f"{name} is removed"
        else:
            changes = schemas.requests(parameter["schema"], after[name]["schema"])
            yield from (f"{name}{change}" for change in changes)


def _by_name(operation: Json, document: Json) -> dict[str, Json]:
    parameters = [resolved(parameter, document) for parameter in operation.get("parameters", [])]
    return {f"{parameter['in']} {parameter['name']}": parameter for parameter in parameters}


def _body(old: Json, new: Json, schemas: Schemas) -> Iterator[str]:
    before, after = old.get("requestBody", {}), new.get("requestBody", {})
    if after.get("required") and not before.get("required"):
        yield "a body is required"
    for media_type, content in before.get("content", {}).items():
        if media_type not in after.get("content", {}):
            yield f"takes no {media_type}"
        else:
            changes = schemas.requests(content["schema"], after["content"][media_type]["schema"])
            yield from (f"body{change}" for change in changes)


def _responses(old: Json, new: Json, schemas: Schemas) -> Iterator[str]:
    for status in filter(lambda status: status.startswith("2"), old["responses"]):
        if status not in new["responses"]:
            yield f"answers no {status}"
            continue
        before = resolved(old["responses"][status], schemas.released).get("content", {})
        after = resolved(new["responses"][status], schemas.present).get("content", {})
        for media_type, content in before.items():
            if media_type not in after:
                yield f"{status} has no {media_type}"
            elif "schema" in content:
                changes = schemas.responses(content["schema"], after[media_type].get("schema", {}))
                yield from (f"{status}{change}" for change in changes)
