"""The document that tablets and partners are built from."""

import re
from pathlib import Path

import msgspec
import pytest
from openapi_spec_validator import validate

from backend.cli import openapi
from backend.core.problems import known_problems
from tests.world.caller import Json, Promises, codes_of
from tests.world.document import document_text
from tests.world.every import for_every
from tests.world.till import AnonymousCaller

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
TEXT = document_text()
DOCUMENT: Json = msgspec.json.decode(TEXT)
OPERATIONS = Promises(DOCUMENT).operations
SHARED_EXAMPLES: Json = DOCUMENT["components"]["examples"]
EVERY_OPERATION = for_every({operation["operationId"]: operation for _, _, operation in OPERATIONS})


def test_the_committed_document_is_the_one_the_code_makes() -> None:
    """`orion openapi --out docs/openapi.json` brings it up to date."""
    assert COMMITTED.read_text(encoding="utf-8") == TEXT


def test_it_is_the_same_each_time() -> None:
    assert openapi.document_text() == TEXT


@pytest.mark.no_cover
def test_it_is_a_valid_document() -> None:
    validate(DOCUMENT)


async def test_it_is_served(anonymous: AnonymousCaller) -> None:
    answer = await anonymous.send("GET", "/openapi.json")
    assert msgspec.json.decode(answer.content)["paths"].keys() == DOCUMENT["paths"].keys()


async def test_a_caller_who_opens_the_api_in_a_browser_is_led_to_its_page(anonymous: AnonymousCaller) -> None:
    answer = await anonymous.http.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/docs")


async def test_its_page_asks_nothing_of_any_other_host(anonymous: AnonymousCaller) -> None:
    page = await anonymous.send("GET", "/docs")
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert not address.startswith(("http:", "https:", "//"))
        assert (await anonymous.send("GET", address)).status_code == 200


@EVERY_OPERATION
def test_an_operation_has_a_name_a_tag_and_a_summary(operation: Json) -> None:
    assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", operation["operationId"])
    assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    assert operation["summary"]


@EVERY_OPERATION
def test_an_operation_tells_every_problem_with_an_example(operation: Json) -> None:
    known = known_problems()
    for status, response in operation["responses"].items():
        if int(status) < 400:
            continue
        codes = codes_of(operation, int(status))
        examples = response["content"]["application/problem+json"]["examples"]
        assert set(codes) == set(examples)
        assert all(code in known for code in codes)
        assert all(SHARED_EXAMPLES[code]["value"]["status"] == int(status) for code in codes)


def test_names_are_unique() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_every_code_is_documented_somewhere() -> None:
    told = {code for _, _, operation in OPERATIONS for status in operation["responses"] for code in
            codes_of(operation, int(status))}  # fmt: skip
    in_batches = DOCUMENT["components"]["schemas"]["OperationResult"]["properties"]["problem"]["description"]
    told |= set(re.findall(r"`(\w+)`", in_batches))
    # What no operation answers: addresses and methods that do not exist, and the framework's own refusals.
    assert set(known_problems()) - told <= {"method_not_allowed", "request_refused", "not_found"}


def test_there_is_one_schema_of_a_problem() -> None:
    assert [name for name in DOCUMENT["components"]["schemas"] if "Problem" in name or "40" in name] == ["Problem"]


def test_the_calls_of_the_contract_are_there() -> None:
    told = {f"{method} {path.removeprefix('/api/v1')}" for method, path, _ in OPERATIONS}
    assert {
        "POST /auth/sign-in",
        "POST /auth/sign-out",
        "GET /auth/me",
        "GET /store/loyalty/program",
        "POST /store/loyalty/cards/enroll",
        "POST /store/loyalty/cards/lookup",
        "GET /store/loyalty/cards/{card_id}",
        "POST /store/loyalty/cards/{card_id}/stamps",
        "POST /store/loyalty/cards/{card_id}/points",
        "POST /store/loyalty/cards/{card_id}/redemptions",
        "POST /store/loyalty/transactions/{transaction_id}/void",
        "GET /store/loyalty/cards/{card_id}/transactions",
        "POST /store/loyalty/cards/{card_id}/adjustments",
        "GET /storefront/loyalty/{store_code}/program",
        "POST /storefront/loyalty/{store_code}/enroll",
    } <= told
