"""Decisions about the texts of templates, from plain values."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import msgspec

from backend.messaging.templates.faults import TemplateContent
from i18n.locales import SOURCE_LANGUAGE

TextState = Literal["up_to_date", "older_than_english", "missing"]
SUBJECT_LONG = 60
"""Phones cut longer subjects."""


@dataclass(frozen=True, slots=True)
class StoredText:
    """A row of `email_templates`."""

    content: TemplateContent
    version: int
    english_version: int
    default_hash: str


class OwnContent(msgspec.Struct, frozen=True):
    """What a merchant says in place of the platform. None: what the platform says."""

    subject: str | None = None
    preheader: str | None = None
    body: str | None = None

    def over(self, inherited: TemplateContent) -> TemplateContent:
        own = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(inherited, **own)


def content_hash(content: TemplateContent) -> str:
    return sha256(msgspec.json.encode(content)).hexdigest()


def is_edited(text: StoredText) -> bool:
    return content_hash(text.content) != text.default_hash


def has_newer_default(text: StoredText, default: TemplateContent) -> bool:
    """The text was edited, and the declared one has changed since."""
    return is_edited(text) and content_hash(default) != text.default_hash


def state_of(language: str, text: StoredText | None, english: StoredText | None) -> TextState:
    """A declared text is as new as the declared English one; their versions do not count."""
    if text is None:
        return "missing"
    if language == SOURCE_LANGUAGE or english is None or text.english_version >= english.version:
        return "up_to_date"
    return "older_than_english" if is_edited(text) or is_edited(english) else "up_to_date"
