"""Every email in four languages: its words, its numbers, its dates, and what a program that reads aloud needs."""

import re
from typing import Any

import pytest

from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM, RenderedMail, render
from backend.messaging.templates.samples import PEOPLE
from i18n.locales import LANGUAGES
from i18n.translator import get_translator

EVERY_TEMPLATE = pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
OTHERS = pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
PLACEHOLDER = re.compile(r"%\(\w+\)s")
EVENING = {
    "en": "24 December 2026, 18:05",
    "fr": "24 décembre 2026, 18:05",
    "de": "24. Dezember 2026, 18:05",
    "lb": "24. Dezember 2026 18:05",
}
ALIKE = {
    *((language, "Tablet: %(device_name)s, %(store)s") for language in ("de", "lb")),
    *((language, text) for language in ("de", "lb") for text in ("Host: %(host)s", "Port: %(port)s")),
    ("fr", "Invitation"),
}
"""What is the same in English."""
WORDS_OF_A_NAME = 3
LONG_NAMES = {"Counter left", *(name for person in PEOPLE.values() for name in (person.program, person.reward))}
NAMES = {SAMPLE_BRAND.address, *(person.merchant for person in PEOPLE.values())}
MANY = {"en": "1,234,567", "fr": "1.234.567", "de": "1.234.567", "lb": "1.234.567"}


def written(template: MailTemplate[Any], language: str, person: str = "new") -> RenderedMail:
    values = template.samples_in(language)[person]
    return render(template, values, language, brand=SAMPLE_BRAND, platform_name=SAMPLE_PLATFORM)


@EVERY_TEMPLATE
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_email_says_in_which_language_it_is(template: MailTemplate[Any], language: str) -> None:
    assert re.search(rf'<html[^>]* lang="{language}"', written(template, language).body_html)


@EVERY_TEMPLATE
@OTHERS
def test_no_sentence_of_an_email_is_english_for_whoever_reads_another_language(
    template: MailTemplate[Any], language: str
) -> None:
    """Neither those of the template nor those that its values have."""
    ours = [written(template, "en", person) for person in PEOPLE]
    theirs = [written(template, language, person) for person in PEOPLE]
    for english, other in zip(ours, theirs, strict=True):
        assert english.subject != other.subject
        assert english.preheader != other.preheader
        alike = set(english.body_text.splitlines()) & set(other.body_text.splitlines())
        assert [line for line in alike if is_sentence(line)] == []


@EVERY_TEMPLATE
@OTHERS
def test_every_sentence_of_a_template_is_translated(template: MailTemplate[Any], language: str) -> None:
    say = get_translator(language).gettext
    sentences = [template.name, template.occasion, template.subject, template.preheader, template.reason]
    sentences += [sentence for block in template.blocks for sentence in block.sentences]
    sentences += [variable.meaning for variable in template.variables.values()]
    alike = {text for text in sentences if PLACEHOLDER.sub("", text).strip(" :") and say(text) == text}
    assert {(language, text) for text in alike} <= ALIKE


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_moments_are_written_as_the_reader_writes_them(language: str) -> None:
    points = written(TEMPLATES["loyalty_points_expired"], language, "long_name")
    assert MANY[language] in points.body_text
    for code in ("account_changed", "api_key_notice", "device_alert", "webhook_disabled", "offline_review"):
        mail = written(TEMPLATES[code], language)
        assert EVENING[language] in mail.body_text
        assert EVENING[language] in mail.body_html


def is_sentence(line: str) -> bool:
    """Several words that are no link, no name and no postal address."""
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\S+://\S+|\S+@\S+", "", line))
    return len(words) > WORDS_OF_A_NAME and line not in NAMES and not any(name in line for name in LONG_NAMES)
