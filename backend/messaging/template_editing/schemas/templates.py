"""Templates, with the state of their texts."""

from datetime import datetime
from typing import Literal

from backend.core.languages import Language
from backend.core.schemas import Answer

MailCategory = Literal["loyalty", "account", "operations"]

TemplatePart = Literal["subject", "preheader", "body"]

VariableKind = Literal["text", "name", "url", "number", "counted", "money", "date"]

TemplateState = Literal["up_to_date", "older_than_english", "missing"]


class TemplateVariableView(Answer):
    """A variable that the sources of a template may contain."""

    name: str
    """Name as it is written between `{{` and `}}`."""
    kind: VariableKind
    """Kind of the value. A `url` belongs into `href`, and nothing else does."""
    meaning: str
    """What it stands for, in the reader's language."""
    example: str
    """Value in the sample `new`, in the language of the template."""
    is_required: bool
    """True when the body must contain it."""
    may_be_empty: bool
    """True when it has no value in some emails."""


class TemplateCoverage(Answer):
    """State of the platform's text in one language."""

    language: Language
    """Language of the text."""
    state: TemplateState
    """`up_to_date`, `older_than_english`: the English text was saved later, or `missing`."""
    is_edited: bool
    """True when somebody has changed the text that Orion brings."""
    has_newer_default: bool
    """True when it is edited and Orion brings a newer text."""
    version: int
    """Version in force. 0: nothing is stored and the text that Orion brings is in force."""
    saved_at: datetime | None
    """When the version was saved (UTC). Null when nothing is stored."""
    saved_by: str | None
    """Name of the person who saved it. Null for the text that Orion brings."""


class OwnTemplateCoverage(Answer):
    """State of the merchant's own text in one language."""

    language: Language
    """Language of the text."""
    own: list[TemplatePart]
    """What the merchant says in place of the platform. Empty: nothing."""
    platform_changed: bool
    """True when the platform has changed its text since the merchant saved theirs."""
    version: int
    """Version in force. 0: the merchant has no text of their own."""
    saved_at: datetime | None
    """When the version was saved (UTC). Null without one."""
    saved_by: str | None
    """Name of the person who saved it. Null without one."""


class TemplateInfo(Answer):
    """An email template."""

    code: str
    """Stable code of the template, such as `loyalty_enrollment`."""
    name: str
    """Name of the template, in the reader's language."""
    occasion: str
    """When the email is sent, in the reader's language."""
    kind: Literal["transactional", "marketing"]
    """`transactional`: about the card or an account. `marketing`: sent with the customer's consent only."""
    category: MailCategory
    """`loyalty`: to customers. `account`: to people who sign in. `operations`: to administrators."""


class TemplateSummary(TemplateInfo):
    """A template, with the state of the platform's text in each language."""

    languages: list[TemplateCoverage]
    """State of the text in each language."""


class OwnTemplateSummary(TemplateInfo):
    """A template, with the state of the merchant's own text in each language."""

    languages: list[OwnTemplateCoverage]
    """State of the text in each language."""


class TemplateList(Answer):
    """All templates of the platform."""

    data: list[TemplateSummary]
    """The templates."""


class OwnTemplateList(Answer):
    """All templates that a merchant can change."""

    data: list[OwnTemplateSummary]
    """The templates."""


class TemplateSource(TemplateInfo):
    """A template in one language, as it is edited. The `ETag` is its version in quotes."""

    language: Language
    """Language of the text."""
    subject: str
    """Source of the subject that is in force."""
    preheader: str
    """Source of what a list of emails shows beside the subject, as it is in force."""
    body: str
    """Source of the body that is in force."""
    version: int
    """Version in force: send it in quotes as `If-Match` to save another text."""
    variables: list[TemplateVariableView]
    """Variables that the sources may contain."""


class TemplateDetail(TemplateSource):
    """The platform's text of a template in one language. The `ETag` is its version in quotes."""

    languages: list[TemplateCoverage]
    """State of the text in each language."""


class OwnTemplateDetail(TemplateSource):
    """The merchant's text of a template in one language. What is not their own is the platform's."""

    own: list[TemplatePart]
    """What the merchant says in place of the platform. Empty: nothing."""
    languages: list[OwnTemplateCoverage]
    """State of the text in each language."""
