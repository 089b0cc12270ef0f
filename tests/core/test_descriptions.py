"""What the OpenAPI document says about each schema, property, parameter and operation."""

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec
import pytest
from litestar import Litestar, get

from backend.core.openapi.descriptions import DescribedStructs, describe_addresses
from tests.world.caller import Json, Promises
from tests.world.document import document_text

DOCUMENT: Json = msgspec.json.decode(document_text())
OPERATIONS = Promises(DOCUMENT).operations
SCHEMAS: dict[str, Json] = DOCUMENT["components"]["schemas"]
LENGTH_MAX, OPERATION_MAX = 200, 600
SENTENCE = re.compile(r"(?!Of `\w+`)[A-Z0-9`][^<>]*\.")
"""No HTML, which a reader of the document would see as letters, and more than the codes of problems with a fact."""
SUMMARY = re.compile(r"[A-Z][^<>]*[^.,:;<> ]")


class Person(msgspec.Struct):
    """A person
    in two lines."""

    name: str
    """As the person writes it,
    with all accents."""
    phone: Annotated[str, msgspec.Meta(description="With the country code.")]
    nickname: str


class Owner(Person, rename="camel"):
    phone: Annotated[str, msgspec.Meta(description="With the country code.")]
    """Of the office."""
    since_year: int
    """The first year."""


@get("/people", sync_to_thread=False)
def person() -> Person:
    raise NotImplementedError


@get("/people/{person_id:int}/{part:str}", sync_to_thread=False)
def owner() -> Owner:
    raise NotImplementedError


@pytest.fixture(scope="module")
def small_document() -> Json:
    app = Litestar([person, owner], plugins=[DescribedStructs()])
    describe_addresses(app, {"person_id": "Number of the person.", "name": "Of no address."})
    return app.openapi_schema.to_schema()


def test_each_schema_and_property_has_a_sentence() -> None:
    """`backend/core/openapi/descriptions.py` finds it: the docstring of the struct, and the string under its field."""
    told = dict(_schema_descriptions())
    assert {place: text for place, text in told.items() if not _is_sentence(text, LENGTH_MAX)} == {}
    assert len(told) > 1000


def test_each_parameter_has_a_sentence() -> None:
    """In the annotation of the handler's parameter, or in `IN_ADDRESSES` of `backend/document.py`."""
    told = {
        f"{operation['operationId']} {parameter['name']}": parameter.get("description")
        for _, _, operation in OPERATIONS
        for parameter in operation.get("parameters", [])
    }
    assert {place: text for place, text in told.items() if not _is_sentence(text, LENGTH_MAX)} == {}
    assert len(told) > 100


def test_each_operation_has_a_summary_and_whole_sentences() -> None:
    for _, _, operation in OPERATIONS:
        assert SUMMARY.fullmatch(operation["summary"]), operation["operationId"]
        about = operation.get("description")
        assert about is None or _is_sentence(about, OPERATION_MAX), operation["operationId"]


@pytest.mark.parametrize(
    "text",
    [None, "", "no capital.", "No end", "An end, ", "Some <b>HTML</b>.", "Of `this_code`.", "A" * LENGTH_MAX + "."],
)
def test_what_is_no_sentence(text: str | None) -> None:
    assert not _is_sentence(text, LENGTH_MAX)


def test_the_string_under_a_field_describes_it(small_document: Json) -> None:
    assert _properties(small_document, "Owner") == {
        "name": "As the person writes it, with all accents.",
        "phone": "Of the office.",
        "nickname": None,
        "sinceYear": "The first year.",
    }


def test_without_a_string_the_type_describes_it(small_document: Json) -> None:
    assert _properties(small_document, "Person")["phone"] == "With the country code."


def test_a_docstring_describes_its_own_class_only(small_document: Json) -> None:
    schemas = small_document["components"]["schemas"]
    assert schemas["Person"]["description"] == "A person in two lines."
    assert "description" not in schemas["Owner"]


def test_a_parameter_of_an_address_is_described_by_its_name(small_document: Json) -> None:
    parameters = small_document["paths"]["/people/{person_id}/{part}"]["get"]["parameters"]
    assert {parameter["name"]: parameter.get("description") for parameter in parameters} == {
        "person_id": "Number of the person.",
        "part": None,
    }


def _schema_descriptions() -> Iterator[tuple[str, str | None]]:
    for name, schema in SCHEMAS.items():
        yield name, schema.get("description")
        for field, described in schema.get("properties", {}).items():
            yield f"{name}.{field}", described.get("description")


def _is_sentence(text: str | None, length_max: int) -> bool:
    return text is not None and len(text) <= length_max and SENTENCE.fullmatch(text) is not None


def _properties(document: Json, schema: str) -> dict[str, str | None]:
    properties: Json = document["components"]["schemas"][schema]["properties"]
    return {name: described.get("description") for name, described in properties.items()}
