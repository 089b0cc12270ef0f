import re

import pytest

from i18n.pseudo import pseudo
from i18n.translator import PN_, get_translator


@pytest.mark.parametrize(
    "kept",
    [
        "%(count)s",
        "%(share)d",
        "%%",
        "{name}",
        "{amount:.2f}",
        '<a href="/terms">',
        "</a>",
        "&nbsp;",
        "https://orion.example/x",
    ],
)
def test_what_a_machine_reads_survives(kept: str) -> None:
    assert kept in pseudo(f"Please read {kept} before you go on")


def test_letters_get_accents_and_the_sentence_brackets() -> None:
    assert re.fullmatch(r"⟦Åðð þöîñţš .+⟧", pseudo("Add points"))


@pytest.mark.parametrize(("text", "growth"), [("Redeem", 2.0), ("Ready to scan the next card", 1.4)])
def test_sentences_grow_as_translations_do(text: str, growth: float) -> None:
    assert len(pseudo(text)) >= len(text) * growth


def test_nothing_stays_nothing() -> None:
    assert pseudo("") == ""
    assert pseudo(" ") == " "


def test_the_pseudo_locale_translates_every_kind_of_message() -> None:
    translator = get_translator("en_XA")
    assert "Ļüç" not in translator.gettext("Hello %(name)s", name="Luc")
    assert "Luc" in translator.gettext("Hello %(name)s", name="Luc")
    assert "ţîļļ" in translator.pgettext("button", "till")
    assert translator.gettext(PN_("button", "till")) == translator.pgettext("button", "till")
    assert "3 þöîñţš" in translator.ngettext("%(count)s point", "%(count)s points", 3, count=3)
    assert "šţåṁþ " in translator.npgettext("paper", "stamp", "stamps", 1)
