"""Every email as the four people of the samples get it."""

from collections.abc import Iterator
from html import escape
from typing import Any

from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM, render
from backend.messaging.templates.samples import UNSUBSCRIBE_URL
from tests.strings.specimens.specimen import Specimen

LINE = '<div style="padding:12px 24px;background:#eef;font:14px/1.4 sans-serif"><b>{subject}</b><br>{preheader}</div>'
"""What a list of emails shows of it."""


def make_mails(language: str) -> Iterator[Specimen]:
    """Needs `is_marking`."""
    for code, template in sorted(TEMPLATES.items()):
        for person, values in template.samples_in(language).items():
            yield Specimen(f"email {code}: {person}", _document(template, values, language))


def _document(template: MailTemplate[Any], values: Any, language: str) -> str:
    unsubscribe = UNSUBSCRIBE_URL if template.kind == "marketing" else None
    mail = render(
        template, values, language, brand=SAMPLE_BRAND, platform_name=SAMPLE_PLATFORM, unsubscribe_url=unsubscribe
    )
    line = LINE.format(subject=escape(mail.subject), preheader=escape(mail.preheader))
    head, body, rest = mail.body_html.partition("<body")
    attributes, end, inside = rest.partition(">")
    return f"{head}{body}{attributes}{end}{line}{inside}"
