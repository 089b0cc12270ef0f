"""A text tried before it is saved."""

from typing import Literal

from backend.core.schemas import Answer
from backend.messaging.template_editing.schemas.texts import TemplateText

SampleName = Literal["new", "near_reward", "long_name", "no_first_name"]


class TemplateSampleText(TemplateText):
    """The sources of a template, and the sample to fill them with."""

    sample: SampleName = "new"
    """Sample customer: `new`, `near_reward`, with a `long_name`, or with `no_first_name`."""


class TemplatePreview(Answer):
    """A text filled with a sample, as it would be sent."""

    subject: str
    """The subject."""
    preheader: str
    """What a list of emails shows beside the subject."""
    html: str
    """The whole email as HTML."""
    text: str
    """The whole email as plain text."""
    subject_length: int
    """Length of the subject in characters."""
    is_subject_long: bool
    """True when the subject is longer than phones show."""
    size_bytes: int
    """Size of the HTML in bytes."""


class TestEmailQueued(Answer):
    """The test email is on its way."""

    recipient: str
    """Address to which it is sent: your own."""
