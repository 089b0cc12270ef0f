"""What another merchant owns does not exist: it is answered like an id that nobody has, wherever an id is sent."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from backend.merchants.models import Policy
from tests.conftest import OpenShop
from tests.world import PASSWORD
from tests.world.belongings import Values, belongings_of
from tests.world.caller import Caller, Json, new_key, refused
from tests.world.devices import a_tablet
from tests.world.document import document_text
from tests.world.shop import hire_admin
from tests.world.till import AnonymousCaller

DOCUMENT: Json = msgspec.json.decode(document_text())
REASON = {"reason": "Goodwill"}
STORES = [{"store_id": "{store_id}", "permissions": []}]
OF_REWARD = {"store_ids": ["{store_id}"], "picture": "{picture}"}
OF_SALE = {"category_ids": ["{category_id}"], "lines": [{"amount_cents": 100, "category_id": "{category_id}"}]}
FAILED_PIN = {"event_id": "0198c0de-0000-7000-8000-000000000001", "occurred_at": "2026-11-30T12:00:00Z"}
BODIES: dict[str, Json] = {
    "addStamp": {"category_ids": ["{category_id}"]},
    "adjustPoints": {"points": 5} | REASON,
    "adjustPointsAsOwner": {"points": 5} | REASON,
    "changeCards": {"action": "deactivate", "card_ids": ["{card_id}"]} | REASON,
    "changeApiKey": {"store_ids": ["{store_id}"]},
    "changeMember": {"role": "store_member", "stores": STORES},
    "changeReward": OF_REWARD,
    "changeStore": {"name": "Gare"},
    "confirmHold": {},
    "createApiKey": {
        "name": "Web shop",
        "permissions": ["loyalty.view_programs"],
        "store_ids": ["{store_id}"],
    },
    "changeWebhookEndpoint": {"description": "Ours"},
    "createReward": {
        "name": {"en": "Scarf"},
        "points_required": 5,
        "store_ids": ["{store_id}"],
        "picture": "{picture}",
    },
    "deactivateCard": REASON,
    "earnPoints": OF_SALE,
    "holdAllowance": {"card_id": "{card_id}", "grant_id": "{grant_id}", "amount": 100},
    "inviteMember": {"email": "zoe@x.example", "stores": STORES},
    "inviteToMerchant": {"email": "zoe@x.example", "role": "store_member", "stores": STORES},
    "markTestCustomer": {"is_test": True},
    "mergeCards": {"other_card_id": "{card_id}"} | REASON,
    "moveReward": {"position": 1},
    "previewEarn": OF_SALE,
    "reactivateCard": REASON,
    "changeDevice": {"name": "Counter right"},
    "decideReview": {"decision": "dismiss"} | REASON,
    "recordFailedAttempt": FAILED_PIN,
    "setOfflineRules": {"rules": [{"device_id": "{device_id}", "operations": []}]},
    "revokeDevice": {"reason": "Stolen"},
    "sendDeviceMessage": {"text": "Closing at six"},
    "redeemReward": {"reward_id": "{reward_id}"},
    "releaseHold": {},
    "relinkCard": {},
    "renameOwnPasskey": {"name": "Mine"},
    "replaceCard": REASON,
    "reserveReward": {"reward_id": "{reward_id}"},
    "replayFailedWebhooks": {"since": "2026-01-01T00:00:00Z"},
    "returnOrder": {"order_reference": "R-1", "transaction_ids": ["{transaction_id}"]},
    "reverseMerge": REASON,
    "rotateApiKey": {},
    "rotateWebhookSecret": {},
    "switchFeatureOfStore": {"is_enabled": False},
    "requestGrant": {"user_id": "{user_id}"},
    "switchPerson": {"user_id": "{user_id}", "staff_pin": "1357"},
    "verifyPin": {"user_id": "{user_id}", "staff_pin": "1357"},
    "voidTransaction": {},
}
QUERIES = {
    "exportAuditEntries": "?user={user_id}",
    "getTill": "?card_id={card_id}",
    "listAuditEntries": "?user={user_id}",
    "listCards": "?store_id={store_id}&customer_id={customer_id}",
    "listRewards": "?store_id={store_id}",
    "listStoreTransactions": "?card_id={card_id}",
    "listTransactions": "?store_id={store_id}&card_id={card_id}",
}
OF_DEVICES = {"staff_id", "event_id", "batch_id", "followed"}
"""Whom a tablet names with a booking, and commands it followed: tests/devices/; and ids that a client makes."""
OF_TABLETS = {
    "endGrant",
    "getDeviceOperation",
    "holdAllowance",
    "recordFailedAttempt",
    "releaseAllowance",
    "requestGrant",
}
"""Asked by a tablet."""
OF_BATCHES = "uploadBatch"
"""Each of its operations is answered by itself: tests/loyalty/offline/."""
NAMED = re.compile(r"\{(\w+_id|key|picture)\}")
"""What names a row of a merchant's."""


def of_merchants() -> Iterator[tuple[str, str, str]]:
    """Method, path and name of each operation that is about one merchant, and is not public."""
    for path, operations in DOCUMENT["paths"].items():
        # Administrators see every merchant.
        if "/admin/" in path and "{merchant_code}" not in path:
            continue
        for method, operation in operations.items():
            if operation.get("security"):
                yield method.upper(), path, operation["operationId"]


def ids_in(schema: Json, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """One for each property that is a UUID, or a list of them."""
    named = schema.get("$ref", "").rpartition("/")[2]
    if named and named not in seen:
        yield from ids_in(DOCUMENT["components"]["schemas"][named], seen | {named})
    if schema.get("format") == "uuid":
        yield "id"
    parts = [*schema.get("oneOf", []), *schema.get("anyOf", []), *_properties(schema)]
    for part in [*parts, schema["items"]] if "items" in schema else parts:
        yield from ids_in(part, seen)


def _properties(schema: Json) -> list[Json]:
    return [each for name, each in schema.get("properties", {}).items() if name not in OF_DEVICES]


def ids_beside_the_path(method: str, path: str) -> int:
    operation = DOCUMENT["paths"][path][method.lower()]
    bodies = [content["schema"] for content in operation.get("requestBody", {}).get("content", {}).values()]
    parameters = [each["schema"] for each in operation.get("parameters", []) if each["in"] == "query"]
    return sum(len([*ids_in(schema)]) for schema in [*bodies, *parameters])


def test_each_operation_that_takes_an_id_is_asked_for_another_merchants() -> None:
    """A new one goes into the tables above."""
    named = {
        name: len(re.findall(r"\{\w+_id\}", str(BODIES.get(name, "")) + QUERIES.get(name, "")))
        for _, _, name in of_merchants()
    }
    assert {name: count for name, count in named.items() if count} == {
        name: count
        for method, path, name in of_merchants()
        if name != OF_BATCHES and (count := ids_beside_the_path(method, path))
    }


def filled(template: Any, values: Values) -> Any:
    text = msgspec.json.encode(template).decode()
    return msgspec.json.decode(NAMED.sub(lambda name: values[name[1]], text))


async def answer_to(caller: Caller, method: str, path: str, name: str, values: Values) -> httpx.Response:
    asked = re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path.removeprefix("/api/v1") + QUERIES.get(name, ""))
    operation = DOCUMENT["paths"][path][method.lower()]
    request = {"json": filled(BODIES[name], values)} if "requestBody" in operation and name in BODIES else {}
    key = new_key() if method != "GET" else None
    return await caller.send(method, asked, headers={"if-match": "*"}, key=key, **request)


def told(answer: httpx.Response, *varying: str) -> tuple[int, str]:
    """Without what differs from request to request."""
    text = answer.text
    for each in (answer.headers["request-id"], *varying):
        text = text.replace(each, "…")
    return answer.status_code, text


async def test_what_another_merchant_owns_is_answered_like_what_nobody_has(
    opened: OpenShop, anonymous: AnonymousCaller
) -> None:
    """From the document: every id of an address, of a query and of a body in turn, all others being one's own."""
    mine, theirs = await opened(categories=1), await opened(categories=1)
    ada = await hire_admin(mine.services, anonymous, "Ada", "super_admin")
    await mine.claire.confirm_person(PASSWORD)
    for shop in (mine, theirs):
        await shop.change(Policy, staff_pin_policy="optional")
        await shop.give_pin("luc", "1357")
    own, foreign = (await belongings_of(mine, ada)).of_shop, (await belongings_of(theirs, ada)).of_shop
    tablet = await a_tablet(mine)
    wrong: dict[tuple[str, str], tuple[str, ...]] = {}
    asked = 0
    for method, path, name in of_merchants():
        caller = ada if "/admin/" in path else tablet if name in OF_TABLETS else mine.claire
        for each in {*NAMED.findall(path + QUERIES.get(name, "") + str(BODIES.get(name, "")))}:
            nobodys = uuid4().hex * 2 if each == "picture" else str(uuid4())
            as_theirs = await answer_to(caller, method, path, name, own | {each: foreign[each]})
            as_nobodys = await answer_to(caller, method, path, name, own | {each: nobodys})
            asked += 1
            if told(as_theirs, foreign[each]) != told(as_nobodys, nobodys):
                wrong[name, each] = as_theirs.text, as_nobodys.text
            if f"{{{each}}}" in path and each not in {"key", "staff_id"} and as_theirs.status_code != 404:
                wrong[name, each] = (as_theirs.text,)
    assert wrong == {}
    assert asked > 60


async def test_another_merchants_codes_stores_and_places_in_a_list_do_not_exist(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    foreign = await theirs.a_card(points=1)
    assert await mine.claire.find(foreign["code"]) == []
    with refused("store_not_found", 404):
        await mine.claire.at(theirs.hub).program()
    cursor = (await theirs.anna.history(foreign, limit=1))["next_cursor"]
    with refused("cursor_expired", 410):
        await mine.anna.history(await mine.a_card(), after=cursor)
