"""Headers in the document: what each operation reads, needs and sends."""

import msgspec

from backend.core.problems import all_problems
from tests.world.caller import Json, Promises, codes_of
from tests.world.document import document_text
from tests.world.every import for_every

DOCUMENT: Json = msgspec.json.decode(document_text())
OPERATIONS = [operation for _, _, operation in Promises(DOCUMENT).operations]
EVERY_OPERATION = for_every({operation["operationId"]: operation for operation in OPERATIONS})
NEEDED = {"If-Match": ("precondition_required", 428), "Idempotency-Key": ("idempotency_key_missing", 400)}


def _parameter(operation: Json, name: str) -> Json | None:
    return next((each for each in operation.get("parameters", []) if each["name"] == name), None)


@EVERY_OPERATION
def test_who_may_work_at_several_stores_names_one(operation: Json) -> None:
    """Exactly where the problem `store_required` is possible."""
    store = _parameter(operation, "X-Store-Code")
    assert (store is not None) == ("store_required" in codes_of(operation, 400))
    assert store is None or not store["required"]


@EVERY_OPERATION
def test_a_needed_header_is_required_and_its_absence_is_a_problem_of_its_own(operation: Json) -> None:
    for name, (code, status) in NEEDED.items():
        header = _parameter(operation, name)
        assert (header is not None) == (code in codes_of(operation, status)), name
        if header is not None:
            assert header["required"] or "Optional" in header["description"]


@EVERY_OPERATION
def test_a_parameter_is_absent_and_never_null(operation: Json) -> None:
    for parameter in operation.get("parameters", []):
        kind = parameter["schema"].get("type")
        assert kind is None or isinstance(kind, str)
        assert {"type": "null"} not in parameter["schema"].get("oneOf", [])


@EVERY_OPERATION
def test_every_answer_tells_its_headers(operation: Json) -> None:
    is_repeatable = _parameter(operation, "Idempotency-Key") is not None
    for status, response in operation["responses"].items():
        assert response["headers"]["Request-Id"] == {"$ref": "#/components/headers/Request-Id"}
        assert set(response["headers"]) <= set(DOCUMENT["components"]["headers"])
        assert ("Retry-After" in response["headers"]) >= (status in {"429", "503"})
        assert ("Idempotency-Replayed" in response["headers"]) >= (is_repeatable and status < "300")


@EVERY_OPERATION
def test_an_operation_says_who_may_call_it(operation: Json) -> None:
    """An empty list: everybody."""
    refuses = "unauthenticated" in codes_of(operation, 401)
    assert bool(operation["security"]) == refuses
    assert {scheme for each in operation["security"] for scheme in each} <= set(
        DOCUMENT["components"]["securitySchemes"]
    )


def test_a_key_is_needed_by_every_booking_and_only_offered_by_few() -> None:
    optional = {
        operation["operationId"]
        for operation in OPERATIONS
        if (key := _parameter(operation, "Idempotency-Key")) and not key["required"]
    }
    assert optional == {"createDevice", "createReward", "enrollCustomer", "enrollMyself"}
    assert sum(_parameter(operation, "Idempotency-Key") is not None for operation in OPERATIONS) > len(optional)


def test_a_header_that_problems_send_is_described() -> None:
    for problem in all_problems():
        assert set(problem.headers) <= set(DOCUMENT["components"]["headers"])


def test_what_may_be_unchanged_is_asked_for_with_the_tag_of_the_last_answer() -> None:
    """Phones compare times instead, as Apple has it."""
    conditional = [each for each in OPERATIONS if "304" in each["responses"]]
    by_time = {each["operationId"] for each in conditional if _parameter(each, "If-Modified-Since")}
    assert by_time == {"getPass"}
    by_tag = [each for each in conditional if each["operationId"] not in by_time]
    assert {"getProgram", "getPublicProgram", "getBranding", "getBootstrap"} <= {each["operationId"] for each in by_tag}
    assert by_tag == [each for each in OPERATIONS if _parameter(each, "If-None-Match")]
    for operation in by_tag:
        assert all("ETag" in operation["responses"][status]["headers"] for status in ("200", "304"))
