"""The form of the offline rules: those of all tablets, and those of single ones, each with its fields."""

from hashlib import sha256
from typing import get_args
from uuid import UUID

import msgspec

from backend.staff_pins.grants.schemas import OfflineRuleEntry, OpName
from frontend.kit.fields import Fields
from frontend.kit.forms import Form

OPERATIONS: tuple[str, ...] = get_args(OpName)
NUMBERS = {
    "grant_hours": (1, 12),
    "max_operations": (1, 200),
    "max_points": (0, 100_000),
    "window_hours": (1, 72),
    "max_allowance_points": (0, 100_000),
    "max_allowance_stamps": (0, 500),
    "allowance_hours": (1, 12),
}
"""The least and the most of each, as the API takes them."""
SEEN, ALL = "seen", "all"


def form_of(rules: list[OfflineRuleEntry]) -> Form:
    form = Form({SEEN: fingerprint(rules)})
    for rule in rules:
        form.lists[field_of(rule, "operations")] = list(rule.operations)
        form.fields |= {field_of(rule, name): str(getattr(rule, name)) for name in NUMBERS}
    return form


def rules_of(form: Form, stored: list[OfflineRuleEntry], language: str) -> list[OfflineRuleEntry]:
    """The stored rules with what was entered. A value that is none gets a sentence in `form.errors`."""
    read = Fields(form, language)
    return [_entered(form, read, rule) for rule in stored if not form.text(field_of(rule, "removed"))]


def with_own(rules: list[OfflineRuleEntry], device_id: UUID) -> list[OfflineRuleEntry]:
    """The tablet gets rules of its own: at first the same as all."""
    if any(rule.device_id == device_id for rule in rules):
        return rules
    return [*rules, msgspec.structs.replace(rules[0], device_id=device_id)]


def field_of(rule: OfflineRuleEntry, name: str) -> str:
    return f"{name}:{rule.device_id or ALL}"


def fingerprint(rules: list[OfflineRuleEntry]) -> str:
    """Of what the person has seen: the rules have no version."""
    return sha256(msgspec.json.encode(rules)).hexdigest()


def _entered(form: Form, read: Fields, rule: OfflineRuleEntry) -> OfflineRuleEntry:
    """What the form does not show stays as it is."""
    chosen = form.many(field_of(rule, "operations"))
    numbers = {name: read.number(field_of(rule, name), *bounds) for name, bounds in NUMBERS.items()}
    entered = {name: number for name, number in numbers.items() if number is not None}
    operations = [name for name in OPERATIONS if name in chosen]
    return msgspec.structs.replace(rule, operations=operations, **entered)
