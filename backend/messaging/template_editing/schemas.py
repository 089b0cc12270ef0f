from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from backend.core.schemas import Answer, Body, FieldError, Language

SampleName = Literal["new", "near_reward", "long_name", "no_first_name"]
TemplateState = Literal["up_to_date", "older_than_english", "missing"]
SubjectSource = Annotated[str, Meta(max_length=1_000)]
BodySource = Annotated[str, Meta(max_length=40_000)]
"""At most 32 KiB as UTF-8."""


class TemplateText(Body):
    """The sources of a template: text with variables such as `{{ customer.first_name }}`; the body in simple HTML."""

    subject: SubjectSource
    preheader: SubjectSource
    """What a list of emails shows beside the subject; may be empty."""
    body: BodySource


class TemplateSampleText(TemplateText):
    sample: SampleName = "new"


class TemplateRestore(Body):
    version: Annotated[int, Meta(ge=1)]
    """Of the history."""


class OwnTemplateText(Body):
    """A merchant's text. None: what the platform says."""

    subject: SubjectSource | None = None
    preheader: SubjectSource | None = None
    body: BodySource | None = None


class TemplateError(FieldError, omit_defaults=True, kw_only=True):
    """A fault in a source, at a line and a column, both counted from 1."""

    line: int
    column: int
    sample: str = ""
    """The sample for which it happens, if not for all."""


class TemplateVariableView(Answer):
    name: str
    """As it is written between `{{` and `}}`."""
    kind: Literal["text", "name", "url", "number", "counted", "money", "date"]
    """A `url` stands in `href` only, and nothing else does."""
    meaning: str
    example: str
    is_required: bool
    may_be_empty: bool


class TemplateCoverage(Answer):
    language: Language
    state: TemplateState
    is_edited: bool
    """Somebody has changed the text that Orion brings."""
    has_newer_default: bool
    """It is edited, and Orion brings a newer text."""
    version: int
    """0: no text is stored, so the one that Orion brings is in force."""
    saved_at: datetime | None
    saved_by: str | None


class OwnTemplateCoverage(Answer):
    language: Language
    own: list[Literal["subject", "preheader", "body"]]
    """What the merchant says in place of the platform."""
    platform_changed: bool
    """The platform has changed its text since the merchant saved theirs."""
    version: int
    saved_at: datetime | None
    saved_by: str | None


class TemplateInfo(Answer):
    code: str
    name: str
    occasion: str
    """When it is sent."""
    kind: Literal["transactional", "marketing"]
    category: Literal["loyalty", "account", "operations"]


class TemplateSummary(TemplateInfo):
    languages: list[TemplateCoverage]


class OwnTemplateSummary(TemplateInfo):
    languages: list[OwnTemplateCoverage]


class TemplateList(Answer):
    data: list[TemplateSummary]


class OwnTemplateList(Answer):
    data: list[OwnTemplateSummary]


class TemplateSource(TemplateInfo):
    """A template in one language, as it is edited. The `ETag` is its version in quotes."""

    language: Language
    subject: str
    preheader: str
    body: str
    version: int
    variables: list[TemplateVariableView]


class TemplateDetail(TemplateSource):
    languages: list[TemplateCoverage]


class OwnTemplateDetail(TemplateSource):
    """A merchant's text in one language; what is not their own is the platform's."""

    own: list[Literal["subject", "preheader", "body"]]
    languages: list[OwnTemplateCoverage]


class TemplatePreview(Answer):
    subject: str
    preheader: str
    html: str
    text: str
    subject_length: int
    is_subject_long: bool
    """Longer than phones show."""
    size_bytes: int


class TemplateVersionView(Answer):
    version: int
    subject: str | None
    """None, in the history of a merchant: what the platform said."""
    preheader: str | None
    body: str | None
    saved_at: datetime
    saved_by: str | None
    """None: the text that Orion brought."""


class TemplateHistory(Answer):
    """Newest first."""

    data: list[TemplateVersionView]


class TestEmailQueued(Answer):
    recipient: str
