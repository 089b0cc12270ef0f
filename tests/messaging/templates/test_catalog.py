"""Every declared template, in every language, for each of the four people."""

import re
from typing import Any

import pytest

from backend.messaging.templates.blocks import UNNAMED, Greeting
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.catalog.loyalty_card_link import LOYALTY_CARD_LINK
from backend.messaging.templates.catalog.loyalty_enrollment import LOYALTY_ENROLLMENT
from backend.messaging.templates.checks import check_content
from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM, RenderedMail, default_content, render
from backend.messaging.templates.samples import NO_FIRST_NAME, PEOPLE
from i18n.locales import LANGUAGES
from i18n.translator import get_translator

EVERY_TEMPLATE = pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
GREETING = [each for each in TEMPLATES.values() if any(isinstance(block, Greeting) for block in each.blocks)]
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


def written(template: MailTemplate[Any], language: str, sample: str = "new") -> RenderedMail:
    return render(
        template, template.samples_in(language)[sample], language, brand=SAMPLE_BRAND, platform_name=SAMPLE_PLATFORM
    )


@EVERY_TEMPLATE
@EVERY_LANGUAGE
def test_every_declared_text_passes_the_checks_of_an_edited_one(template: MailTemplate[Any], language: str) -> None:
    check_content(template, default_content(template, language), language)


@EVERY_TEMPLATE
@EVERY_LANGUAGE
def test_no_placeholder_and_no_expression_is_left_in_an_email(template: MailTemplate[Any], language: str) -> None:
    for sample in PEOPLE:
        mail = written(template, language, sample)
        assert not re.search(r"%\(|\{\{|\{%|None", mail.subject + mail.preheader + mail.body_html + mail.body_text)


@EVERY_TEMPLATE
def test_every_placeholder_of_a_sentence_has_its_variable(template: MailTemplate[Any]) -> None:
    sentences = [template.subject, template.preheader, template.reason]
    sentences += [sentence for block in template.blocks for sentence in block.sentences]
    used = {name for sentence in sentences for name in re.findall(r"%\((\w+)\)s", sentence)}
    assert used == set(template.placeholders)


@EVERY_TEMPLATE
def test_what_must_appear_is_in_the_text_part_too(template: MailTemplate[Any]) -> None:
    mail = written(template, "en")
    assert set(re.findall(r'href="([^"]+)"', mail.body_html)) <= set(re.findall(r"https://\S+", mail.body_text))


@pytest.mark.parametrize("template", GREETING, ids=lambda template: template.code)
@EVERY_LANGUAGE
def test_a_reader_without_a_name_is_greeted_without_one(template: MailTemplate[Any], language: str) -> None:
    greeting = get_translator(language).gettext(UNNAMED)
    assert NO_FIRST_NAME.first_name is None
    assert f"\n{greeting}\n" in written(template, language, "no_first_name").body_text


def test_the_welcome_carries_the_card_code_and_the_link_email_does_not() -> None:
    code = LOYALTY_ENROLLMENT.samples_in("en")["new"].card.code
    assert code in written(LOYALTY_ENROLLMENT, "en").body_text
    assert code not in written(LOYALTY_CARD_LINK, "en").body_text


def test_a_wallet_that_is_not_configured_has_no_button() -> None:
    mail = written(LOYALTY_ENROLLMENT, "de", "near_reward")
    assert "Apple Wallet" in mail.body_html
    assert "Google Wallet" not in mail.body_html + mail.body_text
