import pytest

from i18n.checks.translations.gender import gender_faults


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Les client·e·s"),
        ("fr", "Un(e) client(e)"),
        ("fr", "Invité/e"),
        ("fr", "Les invité-e-s"),
        ("fr", "Administrateur/trice"),
        ("fr", "Vous êtes connecté."),
        ("fr", "Vous êtes maintenant inscrit au programme."),
        ("fr", "Vous avez été invité."),
        ("fr", "Vous serez averti par e-mail."),
        ("fr", "La personne qui vous a invité"),
        ("fr", "Vous seul la voyez"),
        ("de", "Kund/innen"),
        ("de", "Kund*innen"),
        ("de", "Kund:innen"),
        ("de", "Kund_in"),
        ("de", "Benutzer/-in"),
        ("de", "Benutzer(in)"),
        ("de", "KundInnen"),
        ("de", "Sie erhalten das, weil Sie Inhaber von %(merchant)s sind."),
        ("lb", "Client/in"),
        ("lb", "Client*in"),
        ("lb", "Benotzer(in)"),
        ("lb", "Dir kritt dat, well Dir Proprietär vun engem Händler sidd."),
    ],
)
def test_a_form_for_men_only_or_with_a_sign_in_it_is_noticed(language: str, text: str) -> None:
    assert [kind for kind, _ in gender_faults(text, language)] == ["gender"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Connexion réussie"),
        ("fr", "Mettez-en un autre"),
        ("fr", "Vous êtes d’accord"),
        ("fr", "Vous n’avez pas été long"),
        ("fr", "Un client s’est inscrit."),
        ("fr", "La personne qui vous a envoyé l’invitation"),
        ("de", "Kundinnen und Kunden"),
        ("de", "Sie sind angemeldet."),
        ("de", "Weil Sie Inhaberin oder Inhaber von %(merchant)s sind."),
        ("de", "Ein Händler und sein Inhaber"),
        ("de", "Ein und aus"),
        ("lb", "Dir sidd ageloggt."),
        ("lb", "Well Dir Proprietärin oder Proprietär vun engem Händler sidd."),
        ("lb", "De Proprietär vum Händler"),
    ],
)
def test_forms_for_everybody_are_no_fault(language: str, text: str) -> None:
    assert list(gender_faults(text, language)) == []
