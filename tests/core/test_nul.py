"""PostgreSQL refuses text that contains NUL: a request with one in an address is refused, and nothing fails."""

from collections.abc import Awaitable, Callable, Iterator

import msgspec
import pytest

from backend.services import Services
from tests.world import ADA, CLAIRE, Colleague
from tests.world.caller import Json, new_key
from tests.world.document import document_text
from tests.world.limits import forget_everything
from tests.world.till import Till

SignIn = Callable[[Colleague], Awaitable[Till]]
SOME_ID = "01a22afa-57c0-7355-88e7-facd8e24fb85"
WITH_BODY = {"post", "put", "patch"}


def addresses() -> Iterator[tuple[str, str]]:
    """Method and path of each operation, with a NUL in one of its texts."""
    paths: dict[str, Json] = msgspec.json.decode(document_text())["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", [])
            for text in parameters:
                if text["in"] in {"path", "query"} and _is_text(text["schema"]):
                    yield method, _filled(path, parameters, text)


def _is_text(schema: Json) -> bool:
    kinds = [schema, *schema.get("oneOf", []), *schema.get("anyOf", [])]
    return any(kind.get("type") == "string" and "format" not in kind and "enum" not in kind for kind in kinds)


def _filled(path: str, parameters: list[Json], text: Json) -> str:
    for parameter in parameters:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", "a%00b" if parameter is text else SOME_ID)
    return path if text["in"] == "path" else f"{path}?{text['name']}=a%00b"


@pytest.mark.parametrize("who", [ADA, CLAIRE], ids=["the platform", "an owner"])
async def test_no_address_with_a_nul_fails_the_server(sign_in: SignIn, services: Services, who: Colleague) -> None:
    caller, asked = await sign_in(who), 0
    for method, path in addresses():
        await forget_everything(services.redis)
        headers = {
            "authorization": f"Bearer {caller.token}",
            "idempotency-key": new_key(),
            "if-match": '"1"',
            "x-store-code": "FASHIONHUB",
        }
        answer = await caller.http.request(method, path, headers=headers, json={} if method in WITH_BODY else None)
        assert answer.status_code < 500, (method, path, answer.text)
        asked += 1
    assert asked > 50
