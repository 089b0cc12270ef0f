from i18n.glossary.terms import GlossaryTerm, glossary_terms


def term(english: str) -> GlossaryTerm:
    return next(term for term in glossary_terms() if term.english == english)


def test_a_line_of_the_glossary_is_read_as_people_read_it() -> None:
    assert term("customer").words == {
        "fr": ("client", "cliente"),
        "de": ("Kunde", "Kundin"),
        "lb": ("Client", "Clientin"),
    }
    assert term("customer").forms["lb"] == ("Clienten",)
    assert term("unlock").words == {"fr": ("déverrouiller",), "de": ("entsperren",), "lb": ("entspären",)}
    assert term("revoke").words["de"] == ("entziehen", "widerrufen")
    assert term("API key").words["fr"] == ("clé d’API",)
    assert term("earn").words["fr"] == ("gagner",)
    assert term("member").words == {"fr": (), "de": (), "lb": ()}


def test_words_of_the_code_are_no_terms_for_translators() -> None:
    assert not {"booking", "lot", "endpoint"} & {term.english for term in glossary_terms()}
