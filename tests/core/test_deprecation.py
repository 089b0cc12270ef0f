"""An operation that will be removed says so in its answers and in the document, half a year before."""

from datetime import date

import httpx
import pytest
from litestar import Litestar, get
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.params import FromQuery

from backend.core.deprecation import DEPRECATION, Deprecation
from backend.core.middleware import RequestMiddleware
from backend.core.openapi.operations import complete_operations
from tests.world.asgi import asgi_transport

ANNOUNCED = Deprecation(since=date(2026, 12, 1), sunset=date(2027, 6, 1))


@get("/old", opt={DEPRECATION: ANNOUNCED}, sync_to_thread=False)
def old(is_missing: FromQuery[bool] = False) -> str:
    """The one that goes."""
    if is_missing:
        raise NotFoundException
    return "still here"


@get("/new", sync_to_thread=False)
def new() -> str:
    """The one that stays."""
    return "here"


@pytest.fixture
async def api() -> Litestar:
    app = Litestar([old, new], openapi_config=OpenAPIConfig(title="Old and new", version="1"), logging_config=None)
    complete_operations(app)
    return app


@pytest.mark.parametrize(("query", "status"), [("", 200), ("?is_missing=true", 404), ("?is_missing=maybe", 400)])
async def test_answers_and_refusals_of_a_deprecated_operation_carry_both_headers(
    api: Litestar, query: str, status: int
) -> None:
    answer = await ask(api, f"/old{query}")
    assert answer.status_code == status
    assert (answer.headers["deprecation"], answer.headers["sunset"]) == ("@1796083200", "Tue, 01 Jun 2027 00:00:00 GMT")


async def test_all_others_carry_none(api: Litestar) -> None:
    for path in ("/new", "/nowhere"):
        assert not {"deprecation", "sunset"} & set((await ask(api, path)).headers)


def test_the_document_marks_it_and_names_the_day(api: Litestar) -> None:
    document = api.openapi_schema.to_schema()
    going, staying = document["paths"]["/old"]["get"], document["paths"]["/new"]["get"]
    assert (going["deprecated"], going["x-sunset"]) == (True, "2027-06-01")
    assert {"Deprecation", "Sunset"} <= set(going["responses"]["200"]["headers"])
    assert (staying["deprecated"], staying.get("x-sunset")) == (False, None)
    assert "Sunset" not in staying["responses"]["200"]["headers"]


def test_less_than_half_a_year_is_no_notice() -> None:
    assert Deprecation(since=date(2026, 12, 1), sunset=date(2027, 6, 1))
    with pytest.raises(ValueError, match="182 days"):
        Deprecation(since=date(2026, 12, 1), sunset=date(2027, 5, 31))


async def ask(api: Litestar, path: str) -> httpx.Response:
    transport = asgi_transport(RequestMiddleware(api, "api", is_https=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://orion.test") as http:
        return await http.get(path)
