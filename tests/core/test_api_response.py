"""Headers of an answer: the address of what was created, the next page, a tag. And when it is compressed."""

import gzip
import re

import httpx
import pytest

from backend.core.api_response import matches, weak_etag
from tests.world.caller import new_key
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller, Till


@pytest.mark.parametrize(
    ("header", "is_known"),
    [(None, False), ("", False), ("*", True), ('"a"', True), ('W/"a"', True), ('"b", W/"a"', True), ('"b"', False)],
)
def test_a_weak_tag_is_compared_without_its_weakness(header: str | None, is_known: bool) -> None:
    assert matches(header, 'W/"a"') is is_known


async def test_the_program_is_sent_once_and_then_only_when_it_has_changed(
    shop: Shop, anonymous: AnonymousCaller
) -> None:
    calls: list[tuple[Till | AnonymousCaller, str]] = [
        (shop.anna, "/store/loyalty/program"),
        (anonymous, f"/storefront/loyalty/{shop.hub}/program"),
    ]
    for caller, path in calls:
        first = await caller.send("GET", path)
        tag = first.headers["etag"]
        assert tag == weak_etag(first.content)
        assert first.headers["cache-control"] == "private, no-cache"
        again = await caller.send("GET", path, headers={"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert "content-type" not in again.headers
        french = await caller.reading("fr").send("GET", path, headers={"if-none-match": tag})
        assert french.status_code == 200
        assert {"Accept-Language", "X-Store-Code"} <= set(french.headers["vary"].split(", "))
    await shop.publish(stamps_target=7)
    assert (await shop.anna.send("GET", calls[0][1], headers={"if-none-match": tag})).status_code == 200


async def test_what_is_created_at_the_till_has_an_address(shop: Shop) -> None:
    enrolled = await shop.anna.send(
        "POST", "/store/loyalty/cards/enroll", json={"email": "otto@example.com"}, key=new_key()
    )
    card_path = enrolled.headers["location"].removeprefix("/api/v1")
    assert (await shop.anna.get(card_path))["code"] == enrolled.json()["code"]
    key = new_key()
    for _ in range(2):
        sale = await shop.anna.send("POST", f"{card_path}/points", json={"purchase_amount_cents": 500}, key=key)
        path = sale.headers["location"].removeprefix("/api/v1")
        assert (await shop.anna.get(path))["id"] == sale.json()["transaction"]["id"]
    void = await shop.anna.send("POST", f"{path}/void", json={}, key=new_key())
    assert (await shop.anna.get(void.headers["location"].removeprefix("/api/v1")))["kind"] == "voided"


async def test_a_page_links_the_next_one_with_the_filters_it_was_asked_with(shop: Shop) -> None:
    card = await shop.a_card()
    for _ in range(3):
        await shop.anna.earn(card, cents=100)
    found, address = [], "/merchant/loyalty/transactions?kind=earned&limit=2&order=oldest"
    while address:
        answer = await shop.claire.send("GET", address)
        found += [line["seq"] for line in answer.json()["data"]]
        link = re.fullmatch(r'</api/v1(.+)>; rel="next"', answer.headers.get("link", ""))
        address = link[1] if link else ""
    assert found == [2, 3, 4]


async def raw(till: Till, method: str, path: str, **options: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {till.token}", "accept-encoding": options.get("encoding", "gzip")}
    request = till.http.build_request(method, f"/api/v1{path}", headers=headers, content=options.get("body"))
    return await till.http.send(request, stream=True)


async def test_long_answers_are_compressed_for_who_asks_for_it(shop: Shop) -> None:
    card = await shop.a_card()
    compressed = await raw(shop.anna, "GET", f"/store/loyalty/cards/{card['id']}")
    content = b"".join([part async for part in compressed.aiter_raw()])
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.headers["content-length"] == str(len(content))
    assert len(content) < len(gzip.decompress(content)) / 2
    plain = await raw(shop.anna, "GET", f"/store/loyalty/cards/{card['id']}", encoding="identity")
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("path", ["/auth/me", "/auth/permissions"])
async def test_answers_beside_tokens_and_codes_are_not_compressed(shop: Shop, path: str) -> None:
    answer = await raw(shop.anna, "GET", path)
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
