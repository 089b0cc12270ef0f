"""The form of an API key: its name, stores, permissions and end."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET

from backend.api_keys.schemas import ApiKeyChange, ApiKeyDetail, ApiKeyDraft
from frontend.kit.forms import Form, FormError, body_of
from i18n.translator import N_, get_translator

ALL, SOME = "all", "some"
DAYS = {"30": 30, "90": 90, "365": 365}
NEVER, AS_IT_IS = "never", ""
WRONG = {
    "name": N_("Enter a name by which you recognize the system."),
    "permissions": N_("Tick at least one permission."),
    "store_ids": N_("Tick at least one store."),
}
"""By field."""


def form_of(key: ApiKeyDetail) -> Form:
    lists = {"permissions": list(key.permissions), "store_ids": [str(store_id) for store_id in key.store_ids or []]}
    scope = ALL if key.store_ids is None else SOME
    return Form({"version": str(key.version), "name": key.name, "scope": scope, "expires": AS_IT_IS}, lists)


def draft_of(form: Form, now: datetime, language: str) -> ApiKeyDraft:
    """Raises FormError."""
    values = _values(form, language) | {"expires_at": _end_of(form, now)}
    return body_of(ApiKeyDraft, values, _wrong("name", language))


def change_of(form: Form, now: datetime, language: str) -> ApiKeyChange:
    """Raises FormError."""
    change = body_of(ApiKeyChange, _values(form, language), _wrong("name", language))
    change.expires_at = UNSET if form.text("expires") == AS_IT_IS else _end_of(form, now)
    return change


def _values(form: Form, language: str) -> dict[str, Any]:
    permissions = [code for code in form.many("permissions") if code]
    if not permissions:
        raise FormError("permissions", _wrong("permissions", language))
    store_ids = None if form.text("scope") != SOME else _ids(form.many("store_ids"), _wrong("store_ids", language))
    if store_ids == []:
        raise FormError("store_ids", _wrong("store_ids", language))
    return {"name": form.text("name"), "permissions": permissions, "store_ids": store_ids}


def _ids(texts: list[str], wrong: str) -> list[UUID]:
    try:
        return [UUID(text) for text in texts if text]
    except ValueError as error:
        raise FormError("store_ids", wrong) from error


def _wrong(field: str, language: str) -> str:
    return get_translator(language).gettext(WRONG[field])


def _end_of(form: Form, now: datetime) -> datetime | None:
    days = DAYS.get(form.text("expires"))
    return now + timedelta(days=days) if days else None
