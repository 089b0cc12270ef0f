"""What is refused before any handler runs, at every operation of the document."""

import re

import pytest

from backend.services import Services
from tests.conftest import SignIn
from tests.world import ADA, CLAIRE
from tests.world.caller import Json, Promises, refused
from tests.world.limits import forget_everything
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Till

SOME_ID = "01a22afa-57c0-7355-88e7-facd8e24fb85"
OTHERS_PROTOCOLS = ("/apple/", "/google/", "/sendgrid/", "/passes/", "/wallets/google/")
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
REFUSED_BEFORE = {401, 403, 404}
"""By a guard: other people's operations, and merchants that do not exist."""


async def ask(caller: Till, services: Services, method: str, path: str, content_type: str = "") -> tuple[int, Json]:
    await forget_everything(services.redis)
    headers = {"authorization": f"Bearer {caller.token}", "x-store-code": "FASHIONHUB"}
    headers |= {"content-type": content_type} if content_type else {}
    address = re.sub(r"\{\w+\}", SOME_ID, path)
    answer = await caller.http.request(method, address, headers=headers, content=b"x" if content_type else None)
    return answer.status_code, answer.json() if answer.content and "json" in answer.headers["content-type"] else {}


@pytest.fixture
async def operators(sign_in: SignIn) -> list[Till]:
    return [await sign_in(CLAIRE), await sign_in(ADA)]


def by_caller(path: str, operators: list[Till]) -> Till:
    return operators["/admin/" in path]


async def test_no_operation_ignores_an_unknown_parameter(
    operators: list[Till], services: Services, promises: Promises
) -> None:
    refusals = 0
    for method, path, _ in promises.operations:
        if any(part in path for part in OTHERS_PROTOCOLS):
            continue
        status, facts = await ask(by_caller(path, operators), services, method, f"{path}?utm_source=poster")
        assert status in {422, *REFUSED_BEFORE}, (method, path, status)
        if status == 422:
            (error,) = facts["errors"]
            assert (error["code"], error.get("parameter"), error["pointer"]) == (
                "unknown_parameter",
                "utm_source",
                "",
            ), path
            refusals += 1
    assert refusals > 120


async def test_every_body_has_the_content_type_that_is_documented(
    operators: list[Till], services: Services, promises: Promises
) -> None:
    refusals = 0
    for method, path, operation in promises.operations:
        if "requestBody" in operation:
            (media_type,) = operation["requestBody"]["content"]
            for other in ("text/plain", "application/json; charset=latin-1", "application/x-www-form-urlencoded"):
                status, facts = await ask(by_caller(path, operators), services, method, path, other)
                assert status in {415, *REFUSED_BEFORE}, (method, path, status)
                refusals += status == 415
                if status == 415:
                    assert (facts["code"], facts["supported"]) == ("unsupported_media_type", media_type)
    assert refusals > 120


async def test_every_address_says_which_methods_it_takes(
    operators: list[Till], services: Services, promises: Promises
) -> None:
    methods: dict[str, set[str]] = {}
    for method, path, _ in promises.operations:
        methods.setdefault(path, set()).add(method)
    for path, allowed in methods.items():
        method = min(METHODS - allowed)
        answer = await operators[0].http.request(method, re.sub(r"\{\w+\}", SOME_ID, path))
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed"), (method, path)
        heads = {"HEAD"} if "GET" in allowed else set()
        assert set(answer.headers["allow"].split(", ")) == allowed | heads | {"OPTIONS"}


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", "application/merge-patch+json"])
async def test_json_is_taken_under_its_other_names(shop: Shop, content_type: str) -> None:
    body = b'{"query": "weber"}'
    await shop.anna.ask("POST", "/store/loyalty/cards/lookup", content=body, headers={"content-type": content_type})


@pytest.mark.parametrize(
    ("query", "code", "facts"),
    [
        ("limit=0", "too_small", {"parameter": "limit", "min": 1, "max": 200}),
        ("limit=201", "too_large", {"parameter": "limit", "min": 1, "max": 200}),
        ("limit=many", "wrong_type", {"parameter": "limit", "expected": "integer"}),
        ("state=gone", "not_one_of", {"parameter": "state"}),
        ("store_id=hub", "invalid_format", {"parameter": "store_id", "expected": "uuid"}),
        ("query=" + "q" * 101, "too_long", {"parameter": "query", "max": 100}),
    ],
)
async def test_a_parameter_is_refused_by_its_name(shop: Shop, query: str, code: str, facts: Json) -> None:
    with refused("validation_failed", 422) as said:
        await shop.claire.get(f"/merchant/loyalty/rewards?{query}")
    (error,) = said[0]["errors"]
    assert error["code"] == code
    assert facts.items() <= error.items()
    assert error["detail"]


async def test_a_parameter_of_a_filter_that_lists_share_is_named_too(shop: Shop) -> None:
    with refused("validation_failed", 422) as said:
        await shop.claire.get("/merchant/audit?from=yesterday&user=me")
    assert {error["parameter"] for error in said[0]["errors"]} == {"from", "user"}


async def test_a_text_without_a_format_of_its_own_is_refused_without_one(shop: Shop) -> None:
    with refused("validation_failed", 422) as said:
        await shop.claire.get("/merchant/audit?subject=%07")
    (error,) = said[0]["errors"]
    assert (error["parameter"], error["code"], error.get("expected", "")) == ("subject", "invalid_format", "")


async def test_without_a_content_type_a_body_is_json(anonymous: AnonymousCaller) -> None:
    body = b'{"email": "nobody@example.com", "password": "wrong"}'
    with refused("sign_in_refused", 401):
        await anonymous.ask("POST", "/auth/sign-in", content=body)
