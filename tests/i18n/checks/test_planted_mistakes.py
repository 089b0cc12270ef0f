"""One mistake of a translator each, in every language in which it can be made. What is right beside it is no fault."""

import pytest

from i18n.checks.translations.sentences import text_faults

STAYS = "Your card stays valid."
PRESS = "Press “Add points”."


def kinds(english: str, text: str, language: str) -> set[str]:
    return {kind for kind, _ in text_faults(english, text, language)}


@pytest.mark.parametrize(
    ("language", "english", "text"),
    [
        ("fr", "Save", "Enregistrer"),
        ("fr", STAYS, "Votre carte reste valable."),
        ("fr", PRESS, "Appuyez sur «\u00a0Ajouter des points\u00a0»."),
        ("fr", "Is it there?", "Y est-elle\u202f?"),
        ("fr", "See Apple’s page: signer.pem (PEM).", "Voir la page d’Apple\u00a0: signer.pem (PEM)."),
        ("de", PRESS, "Drücken Sie auf „Punkte hinzufügen“."),
        ("de", "The API’s key, e.g. 12,500.50", "Der API-Schlüssel, z. B. 12.500,50"),
        ("lb", PRESS, "Dréckt op „Punkte ginn“."),
        ("lb", "Please reload this page", "Luet dës Säit w.e.g. nei"),
        ("lb", "Run `orion backup --all` on this machine.", "Loosst `orion backup --all` op dëser Maschinn lafen."),
    ],
)
def test_a_good_translation_has_no_fault(language: str, english: str, text: str) -> None:
    assert kinds(english, text, language) == set()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Votre carte reste valable"),
        ("de", "Ihre Karte bleibt gültig"),
        ("lb", "Är Kaart bleift gëlteg"),
        ("fr", "Votre carte reste valable\u00a0:"),
        ("de", "Ihre Karte bleibt gültig …"),
    ],
)
def test_a_lost_full_stop_is_noticed(language: str, text: str) -> None:
    assert kinds(STAYS, text, language) == {"end_sign"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Votre carte reste valable\u202f!"),
        ("de", "Ihre Karte bleibt gültig!"),
        ("lb", "Är Kaart bleift gëlteg!"),
        ("fr", "Attention\u202f! Votre carte reste valable."),
        ("de", "Achtung! Ihre Karte bleibt gültig."),
        ("lb", "Opgepasst! Är Kaart bleift gëlteg."),
    ],
)
def test_an_exclamation_mark_that_the_english_lacks_is_noticed(language: str, text: str) -> None:
    assert kinds(STAYS, text, language) == {"end_sign"}


@pytest.mark.parametrize(
    "text",
    ["Appuyez sur «Ajouter»", "Appuyez sur « Ajouter »", "Appuyez : Ajouter", "Appuyez: Ajouter", "Appuyez ; Ajouter"],
)
def test_a_french_sign_without_its_no_break_space_is_noticed(text: str) -> None:
    assert "space" in kinds("Press “Add”", text, "fr")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Appuyez sur “Ajouter des points”."),
        ("fr", "Appuyez sur «\u00a0Ajouter des points."),
        ("fr", 'Appuyez sur "Ajouter des points".'),
        ("de", "Drücken Sie auf “Punkte hinzufügen”."),
        ("de", "Drücken Sie auf »Punkte hinzufügen«."),
        ("de", "Drücken Sie auf „Punkte hinzufügen”."),
        ("lb", "Dréckt op «Punkte ginn»."),
        ("lb", "Dréckt op „Punkte ginn„."),
    ],
)
def test_quotation_marks_of_another_language_or_without_their_partner_are_noticed(language: str, text: str) -> None:
    assert "quotes" in kinds(PRESS, text, language)


@pytest.mark.parametrize(
    ("language", "english", "text"),
    [
        ("en", "Don't press it", "Don't press it"),
        ("fr", "The email log", "Le journal de l'e-mail"),
        ("de", "How is it?", "Wie geht's?"),
        ("lb", "The till", "D'Keess"),
        ("lb", "The till", "d'<b>Keess</b>"),
    ],
)
def test_a_straight_apostrophe_is_noticed(language: str, english: str, text: str) -> None:
    assert "apostrophe" in kinds(english, text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "Chargement..."), ("de", "Wird  geladen …"), ("lb", "Gëtt , nach , gelueden …"), ("de", "Wird geladen .")],
)
def test_what_a_typewriter_could_not_do_better_is_noticed(language: str, text: str) -> None:
    assert "typing" in kinds("Loading…", text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Copiez wwdr.crt dans ce dossier."),
        ("de", "Kopieren Sie wwdr.crt in diesen Ordner."),
        ("lb", "Kopéiert wwdr.crt an dësen Dossier."),
        ("fr", "Copiez ce fichier dans ce dossier."),
        ("de", "Kopieren Sie wwdr.pem und signer.pem in diesen Ordner."),
    ],
)
def test_another_file_name_is_noticed(language: str, text: str) -> None:
    assert kinds("Copy wwdr.pem into this folder.", text, language) == {"not_kept"}


@pytest.mark.parametrize("language", ["fr", "de", "lb"])
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("ORION_SECRET_KEYS", "ORION_SECRET_KEY"),
        ("{{ customer.first_name }}", "{{ customer.prenom }}"),
        ("`chmod 600 signer.key`", "`chmod 644 signer.key`"),
        ("https://orion.example", "https://orion.beispiel"),
        ("/.well-known/orion", "/orion"),
        ("600", "644"),
        ("12.50", "12,05"),
        ("--dry-run", "--essai"),
        ("X-Store-Code", "X-Geschäft"),
        ("STARTTLS", "SSL"),
        ("QR", "KR"),
        ("Google Wallet", "Portefeuille"),
        ("Orion", "Onyx"),
        ("PINs", "Codes"),
        ("CSV", "Excel"),
        (".pem", ".crt"),
    ],
)
def test_what_a_reader_copies_and_what_is_a_name_stays_as_it_is(language: str, right: str, wrong: str) -> None:
    words = {"fr": "Utilisez %s ici.", "de": "Verwenden Sie hier %s.", "lb": "Huelt hei %s."}[language]
    assert kinds(f"Use {right} here.", words % right, language) == set()
    assert "not_kept" in kinds(f"Use {right} here.", words % wrong, language)


@pytest.mark.parametrize(
    ("language", "english", "text"),
    [
        ("fr", "Too large: at most 8 MB, 32 KiB", "Trop lourd\u00a0: 8 Mo, 32 Kio au plus"),
        ("fr", "Card ID", "Identifiant de la carte"),
        ("de", "API keys and PINs", "API-Schlüssel und PINs"),
        ("lb", "Wrong PINs", "Falsch PINen"),
        ("de", "Sales of 1,000.00 €", "Verkäufe über 1.000,00 €"),
    ],
)
def test_units_numbers_and_names_may_have_the_form_of_the_language(language: str, english: str, text: str) -> None:
    assert kinds(english, text, language) == set()


@pytest.mark.parametrize("language", ["fr", "de", "lb"])
def test_a_sentence_left_in_english_is_noticed(language: str) -> None:
    assert kinds("Customers", "Customers", language) >= {"untranslated"}
    assert kinds("Reload this page.", "Reload this page.", language) >= {"untranslated"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Il y a trop de cards pour this magasin."),
        ("de", "Es gibt zu viele Karten for this Geschäft."),
        ("lb", "Et gi ze vill Kaarte for dëst Geschäft."),
    ],
)
def test_english_words_left_within_a_translation_are_noticed(language: str, text: str) -> None:
    assert "english" in kinds("There are too many cards for this store.", text, language)


@pytest.mark.parametrize(
    ("language", "english"),
    [
        ("fr", "Message"),
        ("fr", "%(count)s points"),
        ("de", "Name (%(language)s)"),
        ("lb", "Tablet"),
        ("de", "SendGrid"),
    ],
)
def test_words_that_are_rightly_equal_are_no_fault(language: str, english: str) -> None:
    assert kinds(english, english, language) == set()


@pytest.mark.parametrize("language", ["fr", "de", "lb"])
def test_a_button_of_120_letters_is_noticed(language: str) -> None:
    assert "length" in kinds("Save", "abcdefghi " * 12 + "a", language)


@pytest.mark.parametrize(
    ("language", "text"), [("fr", "Ce lien est valable."), ("de", "Der Link gilt."), ("lb", "De Link gëllt.")]
)
def test_a_translation_that_has_lost_half_its_sentence_is_noticed(language: str, text: str) -> None:
    english = "This link is valid for one hour and works once: open it on the tablet that you want to pair."
    assert "length" in kinds(english, text, language)


@pytest.mark.parametrize(
    ("language", "english", "text"),
    [
        ("fr", "Yes", "Non"),
        ("de", "Yes", "Nein"),
        ("lb", "Yes", "Nee"),
        ("fr", "no", "oui"),
        ("de", "Off", "Ein"),
        ("lb", "Before", "Duerno"),
        ("fr", "Unlock", "Verrouiller"),
        ("de", "Unlock", "Sperren"),
        ("lb", "Unlock", "Spären"),
        ("fr", "Please sign out", "Connectez-vous"),
        ("de", "This works without it.", "Das geht nur mit ihm."),
        ("fr", "At most 8 characters", "Au moins 8 caractères"),
        ("de", "At most 8 characters", "Mindestens 8 Zeichen"),
        ("lb", "At most 8 characters", "Mindestens 8 Zeechen"),
        ("de", "Deactivate this key", "Diesen Schlüssel aktivieren"),
        ("lb", "The first visit", "De leschte Besuch"),
    ],
)
def test_the_opposite_is_noticed(language: str, english: str, text: str) -> None:
    assert "opposite" in kinds(english, text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "Cette carte est active."), ("de", "Diese Karte ist aktiv."), ("lb", "Dës Kaart ass aktiv.")],
)
def test_a_lost_not_is_noticed(language: str, text: str) -> None:
    assert kinds("This card is not active.", text, language) == {"negation"}


@pytest.mark.parametrize(
    ("language", "english", "text"),
    [
        ("de", "The balance cannot go below zero", "Der Stand kann unter null fallen"),
        ("de", "The server does not answer: try again.", "Der Server antwortet: Versuchen Sie es noch einmal."),
        ("de", "It is not there and not here.", "Es ist da und hier."),
        ("lb", "It is not ours.", "Et ass onsers."),
        ("lb", "The server does not answer: try again.", "De Server äntwert: Probéiert nach eng Kéier."),
    ],
)
def test_a_lost_not_is_noticed_beside_words_that_only_look_like_one(language: str, english: str, text: str) -> None:
    assert "negation" in kinds(english, text, language)


@pytest.mark.parametrize(
    ("language", "english", "text"),
    [
        ("fr", "Scan this with your phone’s camera: it opens this page there.", "Scannez-le avec l’appareil."),
        ("de", "It works once and for 30 minutes, and only the newest one does.", "Er gilt 30 Minuten."),
        ("lb", "Scan this with an authenticator app on your phone.", "Scannt dëst op."),
    ],
)
def test_a_long_sentence_that_has_lost_its_end_is_noticed(language: str, english: str, text: str) -> None:
    assert "length" in kinds(english, text, language)


def test_a_comma_that_has_lost_what_follows_is_noticed() -> None:
    assert "typing" in kinds("Open it, then show it.", "Ouvrez-le,.", "fr")


@pytest.mark.parametrize(
    ("language", "text"),
    [("ja", "カードは引き続き有効です。"), ("el", "Η κάρτα σας ισχύει."), ("hi", "आपका कार्ड मान्य है।")],
)
def test_a_language_to_come_writes_signs_as_its_script_does(language: str, text: str) -> None:
    assert kinds(STAYS, text, language) == set()
    assert kinds(STAYS, text[:-1], language) == {"end_sign"}


def test_a_greek_question_ends_with_a_semicolon() -> None:
    assert kinds("Is it yours?", "Είναι δικό σας;", "el") == set()
