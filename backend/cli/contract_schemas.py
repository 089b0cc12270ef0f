"""Compares two versions of a schema: a request must not be narrowed, and a response must not lack what it had."""

from collections.abc import Iterator
from typing import Any

from backend.core.openapi.walk import Json

LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
CHOICES = ("oneOf", "anyOf")


def resolved(node: Json, document: Json) -> Json:
    """What the node refers to, or the node itself. References are of the form `#/components/schemas/Name`."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


class Schemas:
    """Those of the released and of the present document. A change is told with its place in the schema."""

    def __init__(self, released: Json, present: Json) -> None:
        self.released, self.present = released, present
        self._known: dict[tuple[str, str, bool], list[str]] = {}
        """The changes of named schemas. They may contain themselves: what is being compared has no changes so far."""

    def requests(self, old: Json, new: Json) -> list[str]:
        return self._compare(old, new, is_request=True)

    def responses(self, old: Json, new: Json) -> list[str]:
        return self._compare(old, new, is_request=False)

    def _compare(self, old: Json, new: Json, *, is_request: bool) -> list[str]:
        if "$ref" not in old or "$ref" not in new:
            return list(self._alternatives(old, new, is_request))
        pair = (old["$ref"], new["$ref"], is_request)
        if pair not in self._known:
            self._known[pair] = []
            self._known[pair] = list(self._alternatives(old, new, is_request))
        return self._known[pair]

    def _alternatives(self, old: Json, new: Json, is_request: bool) -> Iterator[str]:
        """Each old kind of request must still be taken; each new kind of response must be one that was known."""
        before, after = _variants(old, self.released), _variants(new, self.present)
        for special in before if is_request else after:
            candidates = after if is_request else before
            fitting = [general for general in candidates if _is_kind_of(special.get("type"), general.get("type"))]
            pairs = [(special, general) if is_request else (general, special) for general in fitting]
            if pairs:
                yield from min((self._differences(*each, is_request) for each in pairs), key=len)
            else:
                yield f": {special.get('type')} is {'not taken any more' if is_request else 'new'}"

    def _differences(self, old: Json, new: Json, is_request: bool) -> list[str]:
        changes = [*_values(old, new, is_request), *self._properties(old, new, is_request)]
        if is_request:
            changes += _limits(old, new)
        for part in ("items", "additionalProperties"):
            if isinstance(old.get(part), dict) and isinstance(new.get(part), dict):
                changes += [f"[]{change}" for change in self._compare(old[part], new[part], is_request=is_request)]
        return changes

    def _properties(self, old: Json, new: Json, is_request: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        always_before, always_after = set(old.get("required", ())), set(new.get("required", ()))
        if is_request:
            yield from (f".{field}: is required" for field in sorted(always_after - always_before))
        else:
            yield from (f".{field}: may be left out" for field in sorted((always_before - always_after) & set(after)))
        for field, schema in before.items():
            if field in after:
                changes = self._compare(schema, after[field], is_request=is_request)
                yield from (f".{field}{change}" for change in changes)
            else:
                yield f".{field}: removed"


def _variants(schema: Json, document: Json) -> list[Json]:
    """The alternatives of a schema, each with at most one type."""
    schema = resolved(schema, document)
    for choice in CHOICES:
        if choice in schema:
            common = {name: value for name, value in schema.items() if name != choice}
            return [common | variant for part in schema[choice] for variant in _variants(part, document)]
    kinds = schema.get("type")
    return [schema | {"type": kind} for kind in kinds] if isinstance(kinds, list) else [schema]


def _is_kind_of(special: str | None, general: str | None) -> bool:
    """Without a type a schema takes everything."""
    return general in {None, special} or (special, general) == ("integer", "number")


def _values(old: Json, new: Json, is_request: bool) -> Iterator[str]:
    if "enum" in new and "enum" not in old and is_request:
        yield f": takes only {new['enum']}"
    if "enum" in new:
        for value in old.get("enum", ()):
            if value not in new["enum"]:
                yield f": value {value} is removed"


def _limits(old: Json, new: Json) -> Iterator[str]:
    for bound in LOWER_BOUNDS:
        if bound in new and (bound not in old or new[bound] > old[bound]):
            yield f": {bound} is {new[bound]}"
    for bound in UPPER_BOUNDS:
        if bound in new and (bound not in old or new[bound] < old[bound]):
            yield f": {bound} is {new[bound]}"
    for rule in ("pattern", "format"):
        if rule in new and rule not in old:
            yield f": has a {rule}"
