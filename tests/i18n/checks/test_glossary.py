import pytest

from i18n.checks.translations.glossary import checked_terms, glossary_faults, glossary_remarks, term_faults
from i18n.glossary.terms import glossary_terms


@pytest.mark.parametrize(
    ("language", "english", "text"),
    [
        ("fr", "Cancel", "Annuler"),
        ("de", "Cancel", "Stornieren"),
        ("lb", "Cancel", "Stornéieren"),
        ("fr", "Three rewards", "Trois cadeaux"),
        ("de", "Only at these stores", "Nur in diesen Filialen"),
        ("lb", "Sender’s name", "Numm vum Expediteur"),
        ("fr", "Email settings", "Paramètres d’e-mail"),
        ("de", "All customers", "Alle Mitglieder"),
        ("lb", "The poster", "D’Affiche"),
        ("fr", "Unlocked tills", "Caisses fermées"),
        ("de", "Enroll a customer", "Einen Kunden anmelden"),
        ("fr", "Signed in", "Abonné"),
    ],
)
def test_another_word_than_the_glossarys_is_noticed(language: str, english: str, text: str) -> None:
    assert [kind for kind, _ in term_faults(english, text, language)] == ["term"]


@pytest.mark.parametrize(
    ("language", "english", "text"),
    [
        ("fr", "Cancel", "Abandonner"),
        ("fr", "Three rewards", "Trois récompenses"),
        ("fr", "Sign in with your password.", "Connectez-vous avec votre mot de passe."),
        ("de", "Categories of a store", "Kategorien eines Geschäfts"),
        ("de", "Redeemed rewards", "Eingelöste Prämien"),
        ("de", "Press the buttons", "Drücken Sie die Schaltflächen"),
        ("lb", "Redeemed", "Ageléist"),
        ("lb", "The tills", "D’Keessen"),
        ("lb", "Locked PINs", "Gespaart PINen"),
        ("de", "Test customers", "Testkunden"),
        ("fr", "A stored value", "Une valeur enregistrée"),
        ("fr", "Write to cards@orion.example.", "Écrivez à cards@orion.example."),
    ],
)
def test_every_form_of_the_right_word_is_accepted(language: str, english: str, text: str) -> None:
    assert list(term_faults(english, text, language)) == []


def test_what_is_not_checked_is_a_term_and_has_a_reason() -> None:
    """Most of the glossary is checked."""
    terms = {term.english for term in glossary_terms()}
    assert set(glossary_remarks().unchecked) <= terms
    assert all(len(reason) > 10 for reason in glossary_remarks().unchecked.values())
    assert len(checked_terms()) > 3 * len(glossary_remarks().unchecked)


def test_every_further_form_belongs_to_a_checked_term() -> None:
    checked = {term.english for term in checked_terms()}
    assert {term for terms in glossary_remarks().also.values() for term in terms} <= checked


@pytest.mark.parametrize(
    ("language", "never"),
    [
        ("en", "Type the code"),
        ("en", "The sale was booked"),
        ("en", "We mail you the link"),
        ("fr", "Tapez le code"),
        ("de", "Tippen Sie den Code"),
        ("de", "Der Kunde wurde nicht angemeldet."),
        ("lb", "Tippt de Code"),
    ],
)
def test_a_word_that_the_glossary_keeps_out_is_found(language: str, never: str) -> None:
    assert [kind for kind, _ in glossary_faults(never, language)] == ["glossary"]


@pytest.mark.parametrize("right", ["Pass Type ID", "Passes are of type x", "An email, or an e-mail", "A bookshop"])
def test_other_uses_of_such_a_word_are_no_fault(right: str) -> None:
    assert list(glossary_faults(right, "en")) == []
