import datetime as dt
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from jinja2 import Environment

from i18n.jinja import install
from i18n.locales import LANGUAGES
from i18n.translator import N_, NN_, PN_, Translator, compiled, get_translator

FRENCH = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Hello %(name)s"
msgstr "Bonjour %(name)s"

msgctxt "button"
msgid "Open"
msgstr "Ouvrir"

msgctxt "state"
msgid "Open"
msgstr "Ouvert"

msgid "%(count)s point"
msgid_plural "%(count)s points"
msgstr[0] "%(count)s point"
msgstr[1] "%(count)s pointes"

msgctxt "paper"
msgid "One stamp"
msgid_plural "%(num)s stamps"
msgstr[0] "%(num)s tampon"
msgstr[1] "%(num)s tampons"

#, fuzzy
msgid "Old sentence"
msgstr "Vieille phrase"
"""


@pytest.fixture
def french(tmp_path: Path) -> Translator:
    path = tmp_path / "messages.po"
    path.write_text(FRENCH, encoding="utf-8")
    return Translator("fr", GNUTranslations(BytesIO(compiled([path]))))


@pytest.fixture
def page(french: Translator) -> Environment:
    env = Environment(autoescape=True)
    install(env, french)
    return env


def test_sentences_come_from_the_catalog_with_their_values(french: Translator) -> None:
    assert french.gettext("Hello %(name)s", name="Luc") == "Bonjour Luc"
    assert french.gettext("Hello %(name)s") == "Bonjour %(name)s"


def test_a_word_is_translated_by_its_context(french: Translator) -> None:
    assert french.pgettext("button", "Open") == "Ouvrir"
    assert french.pgettext("state", "Open") == "Ouvert"


def test_zero_is_singular_in_french(french: Translator) -> None:
    assert french.ngettext("%(count)s point", "%(count)s points", 0, count=0) == "0 point"
    assert french.ngettext("%(count)s point", "%(count)s points", 2, count=2) == "2 pointes"
    assert french.npgettext("paper", "One stamp", "%(num)s stamps", 1, num=1) == "1 tampon"


def test_what_is_missing_or_fuzzy_is_said_in_english(french: Translator) -> None:
    assert french.gettext("Not translated") == "Not translated"
    assert french.gettext("Old sentence") == "Old sentence"
    assert french.gettext("") == ""


def test_a_sentence_marked_now_is_translated_later(french: Translator) -> None:
    assert french.gettext(N_("Hello %(name)s"), name="Luc") == "Bonjour Luc"
    assert french.ngettext(*NN_("%(count)s point", "%(count)s points"), 2, count=2) == "2 pointes"


def test_a_word_marked_with_its_context_is_translated_later_by_its_context(
    french: Translator, page: Environment
) -> None:
    button, state = PN_("button", "Open"), PN_("state", "Open")
    assert [french.gettext(button), french.gettext(state)] == ["Ouvrir", "Ouvert"]
    assert page.from_string("{{ _(button) }} {{ _(state) }}").render(button=button, state=state) == "Ouvrir Ouvert"


def test_without_a_translation_it_is_said_in_english_without_its_context(french: Translator, page: Environment) -> None:
    marked = PN_("paper", "Open for %(name)s")
    assert french.gettext(marked, name="Luc") == "Open for Luc"
    assert page.from_string("{{ _(marked, name='Luc') }}").render(marked=marked) == "Open for Luc"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_catalog_loads_without_a_build(language: str) -> None:
    assert get_translator(language) is get_translator(language)
    assert get_translator(language).language == language


def test_a_language_nobody_ships_is_refused() -> None:
    with pytest.raises(ValueError, match=f"speaks {', '.join(LANGUAGES)}"):
        get_translator("zh")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{% trans name='<Luc>' %}Hello {{ name }}{% endtrans %}", "Bonjour &lt;Luc&gt;"),
        ("{{ _('Hello %(name)s', name='Luc') }}", "Bonjour Luc"),
        ("{{ pgettext('button', 'Open') }}", "Ouvrir"),
        ("{% trans count=3 %}{{ count }} point{% pluralize %}{{ count }} points{% endtrans %}", "3 pointes"),
        ("{{ npgettext('paper', 'One stamp', '%(num)s stamps', 2) }}", "2 tampons"),
        ("{% trans %}\n  Not\n  translated\n{% endtrans %}", "Not translated"),
        ("{{ 123450|money }} {{ 1234|points }} {{ 0.5|percent }}", "1.234,50\xa0€ 1.234 50\xa0%"),
        ("{{ ['a', 'b']|listing }} {{ html_language }}", "a et b fr"),
    ],
)
def test_pages_speak_the_language_of_their_environment(page: Environment, template: str, text: str) -> None:
    assert page.from_string(template).render() == text


def test_a_page_shows_moments_in_the_zone_of_its_store(page: Environment) -> None:
    template = page.from_string("{{ moment|date('short') }} {{ moment|time }} {{ moment|datetime }}")
    moment = dt.datetime.fromisoformat("2026-11-21T23:30:00+00:00")
    assert template.render(moment=moment) == "22/11/2026 00:30 22 novembre 2026, 00:30"
    assert template.render(moment=moment, time_zone="Atlantic/Azores").startswith("21/11/2026 22:30")


@pytest.mark.parametrize(
    "name", ["שרה כהן", "سارة", "\N{RIGHT-TO-LEFT OVERRIDE}Luc"], ids=["Hebrew", "Arabic", "a trick"]
)
def test_a_name_written_from_the_right_cannot_turn_the_numbers_beside_it(page: Environment, name: str) -> None:
    kept = f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"
    assert get_translator("en").gettext("%(name)s: %(amount)s", name=name, amount="+41") == f"{kept}: +41"
    assert page.from_string("{{ _('Hello %(name)s', name=name) }}").render(name=name) == f"Bonjour {kept}"
    assert page.from_string("{% trans %}Hello {{ name }}{% endtrans %}").render(name=name) == f"Bonjour {kept}"


def test_an_isolated_name_is_escaped_as_any_other(page: Environment) -> None:
    shown = page.from_string("{{ _('Hello %(name)s', name=name) }}").render(name="<שרה>")
    assert shown == "Bonjour \N{FIRST STRONG ISOLATE}&lt;שרה&gt;\N{POP DIRECTIONAL ISOLATE}"


def test_other_names_are_put_in_as_they_are() -> None:
    assert get_translator("en").gettext("%(name)s: %(amount)s", name="Μαρία", amount="+41") == "Μαρία: +41"
