"""Renders an email: subject, HTML in the layout, and the text part that says the same."""

import re
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

from backend.messaging.templates.blocks import Composer, compose
from backend.messaging.templates.declaration import MailTemplate, MailValues, ValuesT, value_of
from backend.messaging.templates.faults import TemplateContent, TemplateFault, TemplateInvalid
from backend.messaging.templates.layout import Footer, MailBrand, html_document, text_document
from backend.messaging.templates.subset import clean
from backend.messaging.templates.syntax import parse
from backend.messaging.templates.text_part import text_of
from backend.messaging.templates.tree import evaluate
from i18n.translator import get_translator
from i18n.unseen import CONTROL

PLACEHOLDER = re.compile("/…|•{6}")
"""What stands for a private link, and for a code (`messaging/secrets.py`), until the email is sent."""
SAMPLE_PLATFORM = "Orion"
SAMPLE_BRAND = MailBrand(name="Café Aurora", color="#414FD2", address="12, rue du Marché, L-1234 Luxembourg")


@dataclass(frozen=True, slots=True)
class RenderedMail:
    subject: str
    preheader: str
    body_html: str
    body_text: str


def default_content(template: MailTemplate[Any], language: str) -> TemplateContent:
    """The declared text in a language."""
    composer = Composer(language, template.placeholders)
    return TemplateContent(
        subject=composer.plain(template.subject),
        preheader=composer.plain(template.preheader),
        body=compose(template.blocks, composer),
    )


def render(
    template: MailTemplate[ValuesT],
    values: ValuesT,
    language: str,
    *,
    brand: MailBrand,
    platform_name: str,
    content: TemplateContent | None = None,
    unsubscribe_url: str | None = None,
) -> RenderedMail:
    """`content`: the text to use in place of the declared one. Raises TemplateInvalid when it cannot be read."""
    content = content or default_content(template, language)
    shown = _ShownValues(template, values, language, platform_name)
    _refuse_typed_placeholders(content, shown)
    subject = _one_line(evaluate(parse("subject", content.subject), shown, str))
    preheader = _one_line(evaluate(parse("preheader", content.preheader), shown, str))
    body = clean(evaluate(parse("body", content.body), shown, escape))
    footer = Footer(_reason(template, shown, language), unsubscribe_url, platform_name)
    return RenderedMail(
        subject=subject,
        preheader=preheader,
        body_html=html_document(language, brand, footer, subject=subject, preheader=preheader, body=body),
        body_text=text_document(language, brand, footer, body=text_of(body)),
    )


def _refuse_typed_placeholders(content: TemplateContent, shown: "_ShownValues") -> None:
    """What the texts say without the placeholders in values must have none: on sending it would be filled in, too.

    `https://other.example/••••••` would become a link that sends the code to its server. Raises TemplateInvalid.
    """
    typed = _TypedText(shown)
    body = clean(evaluate(parse("body", content.body), typed, escape))
    preheader = evaluate(parse("preheader", content.preheader), typed, str)
    if found := PLACEHOLDER.search("\n".join((preheader, body, text_of(body)))):
        raise TemplateInvalid(TemplateFault("body", "placeholder_typed", 1, 1, found[0]))


class _ShownValues:
    def __init__(self, template: MailTemplate[Any], values: MailValues, language: str, platform_name: str) -> None:
        self._template, self._language = template, language
        self._value = partial(value_of, values, platform_name=platform_name)

    def text(self, path: str) -> str:
        if path not in self._template.variables:
            raise TemplateInvalid(TemplateFault("body", "unknown_variable", 1, 1, path))
        value = self._value(path)
        return "" if value is None else self._template.variables[path].kind.show(value, self._language)

    def is_given(self, path: str) -> bool:
        return bool(self.text(path)) and self._value(path) != 0


class _TypedText:
    """The values, but a letter for each that contains a placeholder."""

    def __init__(self, shown: _ShownValues) -> None:
        self._shown = shown

    def text(self, path: str) -> str:
        text = self._shown.text(path)
        return "x" if PLACEHOLDER.search(text) else text

    def is_given(self, path: str) -> bool:
        return self._shown.is_given(path)


def _one_line(text: str) -> str:
    return CONTROL.sub("", " ".join(text.split()))


def _reason(template: MailTemplate[Any], shown: _ShownValues, language: str) -> str:
    values = {name: shown.text(path) for name, path in template.placeholders.items()}
    return get_translator(language).gettext(template.reason, **values)
