"""A cursor is good for the one list that has made it: another list, filter, order or merchant refuses it."""

from collections.abc import Iterator

from tests.conftest import OpenShop
from tests.world.caller import Json, Promises
from tests.world.office import Office
from tests.world.shop import Shop
from tests.world.till import Card

FILTERS = {
    "/merchant/loyalty/transactions": ("kind=earned", "order=oldest", "until=2999-12-31", "order_reference=R"),
    "/store/loyalty/transactions": ("kind=earned", "order=oldest"),
    "/merchant/loyalty/rewards": ("sort=-created_at", "query=e"),
    "/merchant/audit": ("action=reward.created", "order=oldest"),
    "/merchant/loyalty/cards": ("order=oldest", "state=active", "until=2999-12-31"),
    "/merchant/loyalty/customers": ("order=oldest", "until=2999-12-31"),
    "/merchant/staff": ("query=a",),
}


NOT_OF_OWNERS = ("/api/v1/admin/", "/api/v1/devices/")
EMPTY = "/merchant/devices/review"
"""Nothing waits there, so it makes no cursor; it refuses those of the others."""


def lists_of(promises: Promises, card: Card, endpoint_id: str) -> Iterator[str]:
    """Each list of a merchant, from the document. A tablet reads its own."""
    for method, path, operation in promises.operations:
        parameters = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        if method == "GET" and "after" in parameters and not path.startswith(NOT_OF_OWNERS):
            shown = path.removeprefix("/api/v1").replace("{card_id}", card["id"])
            yield shown.replace("{endpoint_id}", endpoint_id)


async def page(shop: Shop, path: str, query: str = "", after: str = "") -> tuple[int, Json]:
    parts = [part for part in ("limit=1", query, f"after={after}" if after else "") if part]
    answer = await shop.claire.at(shop.hub).send("GET", f"{path}?{'&'.join(parts)}")
    return answer.status_code, answer.json()


async def an_endpoint(shop: Shop) -> str:
    """The second of the merchant, with two deliveries."""
    draft = {"url": "http://127.0.0.1:9/", "event_types": ["points.earned"]}
    await shop.claire.post("/merchant/webhooks/endpoints", draft)
    endpoint = await shop.claire.post("/merchant/webhooks/endpoints", draft)
    for _ in range(2):
        await shop.claire.post(f"/merchant/webhooks/endpoints/{endpoint['id']}/tests")
    return str(endpoint["id"])


async def test_no_list_takes_the_cursor_of_another(opened: OpenShop, promises: Promises) -> None:
    shop, other_shop = await opened(), await opened()
    card, other_card = await shop.a_card(points=5), await shop.a_card(points=5)
    office = Office.of(shop.claire)
    for name in ("Scarf", "Beanie"):
        await office.add_reward(name)
    endpoint_id = await an_endpoint(shop)
    lists = [*lists_of(promises, card, endpoint_id), f"/merchant/loyalty/cards/{other_card['id']}/transactions"]
    cursors = {path: (await page(shop, path))[1]["next_cursor"] for path in lists}
    assert cursors.pop(EMPTY) is None
    assert {(await page(shop, EMPTY, after=cursor))[0] for cursor in cursors.values()} == {410}
    lists.remove(EMPTY)
    assert None not in cursors.values()
    for path in lists:
        assert (await page(shop, path, after=cursors[path]))[0] == 200
        others = [cursors[other] for other in lists if other != path and not same_history(path, other)]
        assert {(await page(shop, path, after=cursor))[0] for cursor in others} == {410}, path
        for query in FILTERS.get(path, ()):
            assert (await page(shop, path, query, after=cursors[path]))[0] == 410, (path, query)
        if not any(each in path for each in (card["id"], other_card["id"], endpoint_id)):
            assert (await page(other_shop, path, after=cursors[path]))[0] == 410, path


def same_history(path: str, other: str) -> bool:
    """The history of a card is one list, at the till and in the office."""
    return path.split("/")[-3:] == other.split("/")[-3:] and path.endswith("/transactions") and "/cards/" in path
