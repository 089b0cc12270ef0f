"""The form of a policy: its fields as texts, and what was changed as values of the API."""

from collections.abc import Collection

from backend.merchants.policy.schemas import PolicyDetail
from frontend.kit import edits
from frontend.kit.fields import Fields
from frontend.kit.forms import Form
from frontend.policy.rules import PIN_POLICIES, RULES
from i18n.translator import N_

Values = dict[str, object]


def form_of(policy: PolicyDetail, fields: Collection[str]) -> Form:
    return Form(edits.fields_of(_stored(policy, fields), policy.version))


def changes_of(form: Form, fields: Collection[str], language: str) -> Values:
    """What the person has changed. A value that is none gets a sentence in `form.errors`."""
    read = Fields(form, language)
    return {field: _value(form, read, field) for field in fields if edits.is_changed(form, field)}


def take_over(form: Form, policy: PolicyDetail, fields: Collection[str]) -> dict[str, tuple[str, str]]:
    return edits.take_over(form, _stored(policy, fields), policy.version)


def _stored(policy: PolicyDetail, fields: Collection[str]) -> dict[str, str]:
    return {field: _text(getattr(policy, field)) for field in fields}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return str(value)


def _value(form: Form, read: Fields, field: str) -> object:
    rule, text = RULES[field], form.text(field)
    if rule.most:
        return read.number(field, rule.least, rule.most)
    if rule.choices:
        if text not in PIN_POLICIES:
            read.refuse(field, N_("Check this value."))
        return text
    return text == "on"
