"""Texts of templates: as they are saved, and their history."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from backend.core.schemas import Answer, Body, FieldError

SubjectSource = Annotated[str, Meta(max_length=1_000, description="Source of the subject: one line with variables.")]
BodySource = Annotated[
    str,
    Meta(
        max_length=40_000,
        description="Source of the body in simple HTML with variables, at most 32 KiB as UTF-8.",
    ),
]


class TemplateText(Body):
    """The sources of a template, with variables such as `{{ customer.first_name }}`."""

    subject: SubjectSource
    preheader: SubjectSource
    """What a list of emails shows beside the subject. May be empty."""
    body: BodySource


class OwnTemplateText(Body):
    """A merchant's text. What is null is taken from the platform's text."""

    subject: SubjectSource | None = None
    """Source of the subject: one line with variables. Null: the platform's."""
    preheader: SubjectSource | None = None
    """Source of what a list of emails shows beside the subject. Null: the platform's."""
    body: BodySource | None = None
    """Source of the body in simple HTML with variables, at most 32 KiB as UTF-8. Null: the platform's."""


class TemplateError(FieldError, omit_defaults=True):
    """A fault in a source of a template."""

    line: int
    """Line of the fault in the source, from 1."""
    column: int
    """Column of the fault in the line, from 1."""
    sample: str = ""
    """The sample for which it happens. Missing when it happens for all."""


class TemplateRestore(Body):
    """Which text to put in force again."""

    version: Annotated[int, Meta(ge=1)]
    """Version from the history."""


class TemplateVersionView(Answer):
    """A text that is or was in force."""

    version: int
    """Number of the version, from 1."""
    subject: str | None
    """Source of the subject. Null, in a merchant's history: the platform's."""
    preheader: str | None
    """Source of the preheader. Null, in a merchant's history: the platform's."""
    body: str | None
    """Source of the body. Null, in a merchant's history: the platform's."""
    saved_at: datetime
    """When it was saved (UTC)."""
    saved_by: str | None
    """Name of the person who saved it. Null for the text that Orion brings."""


class TemplateHistory(Answer):
    """The texts of a template in one language."""

    data: list[TemplateVersionView]
    """The texts that are or were in force, newest first."""
