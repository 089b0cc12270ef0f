"""Refuses sources that cannot be sent, and renders those that can."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from backend.messaging.template_editing.problems import TemplateRefused
from backend.messaging.template_editing.rules import SUBJECT_LONG
from backend.messaging.template_editing.schemas.texts import TemplateError, TemplateText
from backend.messaging.template_editing.schemas.trials import TemplatePreview
from backend.messaging.templates.checks import check_content
from backend.messaging.templates.declaration import MailTemplate, MailValues
from backend.messaging.templates.facts import MerchantFacts
from backend.messaging.templates.faults import TemplateContent, TemplateInvalid
from backend.messaging.templates.layout import MailBrand
from backend.messaging.templates.render import RenderedMail, render
from backend.messaging.templates.samples import UNSUBSCRIBE_URL
from backend.messaging.templates.syntax import with_line_feeds


def content_from(text: TemplateText | TemplateContent) -> TemplateContent:
    """With the line ends that the parser expects; browsers send CRLF."""
    return TemplateContent(text.subject.strip(), text.preheader.strip(), with_line_feeds(text.body))


@contextmanager
def refused_for(reader: str) -> Iterator[None]:
    """Raises TemplateRefused with sentences in the reader's language."""
    try:
        yield
    except TemplateInvalid as invalid:
        errors = [
            TemplateError(
                f"/{fault.field}",
                fault.code,
                fault.sentence(reader),
                line=fault.line,
                column=fault.column,
                sample=fault.sample,
            )
            for fault in invalid.faults
        ]
        raise TemplateRefused(errors=errors) from invalid


def checked(template: MailTemplate[Any], content: TemplateContent, language: str, reader: str) -> TemplateContent:
    """Raises TemplateRefused."""
    with refused_for(reader):
        check_content(template, content, language)
    return content


def render_sample(
    template: MailTemplate[Any],
    content: TemplateContent,
    language: str,
    sample: str,
    *,
    brand: MailBrand | None,
    platform_name: str,
) -> RenderedMail:
    """`brand`: the merchant's; None for the sample's own. The content has been checked."""
    values: MailValues = template.samples_in(language)[sample]
    merchant = getattr(values, "merchant", None)
    if isinstance(merchant, MerchantFacts):
        brand = brand or MailBrand(name=merchant.name)
        values = msgspec.structs.replace(values, merchant=MerchantFacts(brand.name))
    unsubscribe_url = UNSUBSCRIBE_URL if template.kind == "marketing" else None
    return render(
        template,
        values,
        language,
        brand=brand or MailBrand(name=platform_name),
        platform_name=platform_name,
        content=content,
        unsubscribe_url=unsubscribe_url,
    )


def preview_of(mail: RenderedMail) -> TemplatePreview:
    return TemplatePreview(
        subject=mail.subject,
        preheader=mail.preheader,
        html=mail.body_html,
        text=mail.body_text,
        subject_length=len(mail.subject),
        is_subject_long=len(mail.subject) > SUBJECT_LONG,
        size_bytes=len(mail.body_html.encode()),
    )
