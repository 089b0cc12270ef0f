import pytest

from i18n.checks.translations.luxembourgish import n_rule_faults


@pytest.mark.parametrize(
    "fault",
    [
        "d’Stempelen vun der Kaart",
        "Retouren réckgängeg gemaach",
        "a setzt en bei d’Benotzer",
        "wann „Maach weider“ do steet",
        "virun 4 Deeg",
        "de Händler",
        "Vu elo un",
        "kee Apparat",
    ],
)
def test_a_final_n_of_luxembourgish_that_is_wrong_before_its_neighbor_is_found(fault: str) -> None:
    assert [kind for kind, _ in n_rule_faults(fault)] == ["n_rule"]


@pytest.mark.parametrize(
    "right",
    [
        "d’Stempele vun den Händler",
        "Retouren an Toner",
        "Punkten, Stempel",
        "liesen (Modus 600)",
        "Aktioun gëtt, Ecran bleift, Orion leeft",
        "keen RSA-Schlëssel",
        "openssl -in signer.key",
        "virun 3 Deeg",
        "Punkten: %(count)s",
        "de Client, e Stempel, vu senger Kaart",
    ],
)
def test_what_the_n_rule_leaves_as_it_is_is_no_fault(right: str) -> None:
    assert list(n_rule_faults(right)) == []
