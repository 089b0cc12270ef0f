"""What the API refuses, in the reader's language: each problem, each error of a field, and never a word of msgspec."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, get_args, get_origin
from uuid import UUID

import msgspec
import pytest
from litestar.routes import HTTPRoute

from backend.access.permissions import PERMISSIONS, VIEW_PROGRAMS
from backend.access.problems import WHO_MAY, Forbidden
from backend.app import create_api
from backend.core.field_messages import BETWEEN, BY_EXPECTED, SENTENCES, WRONG, with_sentence
from backend.core.problems import Problem, ValidationFailed, all_problems
from backend.core.schemas import FieldError
from backend.core.settings import Settings
from backend.core.validation import schema_errors
from i18n.locales import LANGUAGES
from i18n.translator import get_translator

OTHERS = [language for language in LANGUAGES if language != "en"]
EVERY_OTHER = pytest.mark.parametrize("language", OTHERS)
VALUES: dict[Any, Any] = {
    int: 3, str: "x", bool: True, datetime: datetime(2026, 12, 24, 17, 5, tzinfo=UTC), date: date(2026, 12, 24),
    UUID: UUID(int=7), list: [], dict: {},
}  # fmt: skip
"""A fact of each type."""
LEAST_BODIES = 80
OF_MSGSPEC = re.compile(r"Expected|Invalid|`|\$|msgspec|\b(str|bool|null)\b")
BODIES: list[Any] = [None, True, 7, -1, 1.5, "", "x", "y" * 10_000, [], [[]], {}, {"no such field": 1}]


def problem(kind: type[Problem]) -> Problem:
    """One of this class with all its facts."""
    if issubclass(kind, Forbidden):
        return kind(VIEW_PROGRAMS)
    made = kind.__new__(kind)
    types = ((name, get_args(fact)[0] if get_origin(fact) else fact) for name, fact in kind.fact_types().items())
    made.facts = {name: VALUES.get(fact, []) for name, fact in types}
    return made


def told(made: Problem, language: str) -> dict[str, Any]:
    return made.as_dict(language=language, instance="/api/v1/till", request_id="r")


@EVERY_OTHER
def test_every_problem_is_told_in_the_readers_language(language: str) -> None:
    english = list[str]()
    for kind in all_problems():
        ours, theirs = told(problem(kind), "en"), told(problem(kind), language)
        english += [f"{kind.code} {member}" for member in ("title", "detail") if ours[member] == theirs[member]]
    assert english == []


@EVERY_OTHER
def test_who_may_do_what_one_may_not_is_told_by_the_title_of_each_permission(language: str) -> None:
    for code, permission in PERMISSIONS.items():
        for kept_by in (None, *WHO_MAY):
            ours, theirs = (told(Forbidden(code, kept_by), each)["detail"] for each in ("en", language))
            assert ours != theirs
            assert code not in theirs
        assert get_translator(language).gettext(permission.title) != permission.title


@EVERY_OTHER
def test_every_error_of_a_field_has_a_sentence_in_the_readers_language(language: str) -> None:
    translator = get_translator(language)
    single = [*SENTENCES.values(), BETWEEN, *BY_EXPECTED.values(), WRONG]
    english = [
        sentence
        for sentence in single
        if (isinstance(sentence, str) and translator.gettext(sentence) == sentence)
        or (isinstance(sentence, tuple) and translator.ngettext(*sentence, 2) == sentence[1])
    ]
    assert english == []


def test_a_refusal_has_its_fields_in_the_readers_language_and_its_codes_in_none() -> None:
    made = ValidationFailed(FieldError("/name", "required"), FieldError("/email", "invalid_format", expected="email"))
    french, luxembourgish = told(made, "fr"), told(made, "lb")
    assert [error["detail"] for error in french["errors"]] == [
        "Remplissez ce champ.",
        "Saisissez votre adresse e-mail, comme marie@example.com.",
    ]
    assert [error["code"] for error in french["errors"]] == [error["code"] for error in luxembourgish["errors"]]
    assert french["title"] != luxembourgish["title"]


def test_no_body_whatever_it_is_gets_words_of_msgspec() -> None:
    """msgspec says “Expected `str`, got `int`”, in English. A body that it refuses has errors of ours, each with a
    sentence.
    """
    for schema in bodies():
        for body in (*BODIES, *every_field_wrong(schema)):
            for error in schema_errors(body, schema):
                sentences = {language: with_sentence(error, language).detail for language in LANGUAGES}
                assert len(set(sentences.values())) == len(LANGUAGES), (schema, sentences)
                assert not any(map(OF_MSGSPEC.search, sentences.values())), (schema, sentences)


def every_field_wrong(schema: type[msgspec.Struct]) -> Iterator[dict[str, Any]]:
    yield from (dict.fromkeys(schema.__struct_encode_fields__, wrong) for wrong in BODIES)


def bodies() -> list[type[msgspec.Struct]]:
    """Of all operations."""
    api = create_api(Settings(environment="test", secret_keys="refusals"), {})
    handlers = [handler for route in api.routes if isinstance(route, HTTPRoute) for handler in route.route_handlers]
    fields = [handler.parsed_data_field for handler in handlers]
    found = {str(field.annotation): field.annotation for field in fields if field is not None}
    schemas = [schema for schema in found.values() if isinstance(schema, type) and issubclass(schema, msgspec.Struct)]
    assert len(schemas) > LEAST_BODIES
    return schemas
