"""Google's own client library works with the double."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import google_auth_httplib2
import httplib2
import httpx
import pytest
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from backend.dev.sandbox.google.account import ISSUER_ID
from backend.wallets.google.account import Account
from backend.wallets.google.auth import Tokens
from tests.doubles.google import Google
from tests.wallets.google.conftest import CLASS, OBJECT


@pytest.fixture
def library(google: Google, account: Account) -> Iterator[Any]:
    """As Google documents its use, but for the address."""
    http = google_auth_httplib2.AuthorizedHttp(account.credentials, http=httplib2.Http(timeout=5))
    document = json.loads(get_static_doc("walletobjects", "v1"))
    document["rootUrl"] = f"{google.url}/"
    document["mtlsRootUrl"] = f"{google.url}/"
    document["baseUrl"] = f"{google.url}/"
    service = build_from_document(document, http=http)
    yield service
    service.close()


async def run(request: Any) -> Any:
    return await asyncio.to_thread(request.execute)


async def refused(request: Any) -> int:
    with pytest.raises(HttpError) as error:
        await run(request)
    return int(error.value.resp.status)


async def test_insert_get_patch_and_list(library: Any) -> None:
    classes, objects = library.loyaltyclass(), library.loyaltyobject()
    assert (await run(classes.insert(body=CLASS)))["reviewStatus"] == "APPROVED"
    await run(objects.insert(body=OBJECT))
    found = await run(objects.get(resourceId=OBJECT["id"]))
    assert found["classReference"]["programName"] == "Fashion Card"
    assert found["hasUsers"] is False
    changes = {"loyaltyPoints": {"label": "Points", "balance": {"int": 81}}, "accountName": None}
    changed = await run(objects.patch(resourceId=OBJECT["id"], body=changes))
    assert changed["loyaltyPoints"]["balance"] == {"int": 81}
    assert "accountName" not in changed
    listed = await run(objects.list(classId=CLASS["id"], maxResults=10))
    assert [each["id"] for each in listed["resources"]] == [OBJECT["id"]]
    assert "nextPageToken" not in listed["pagination"]


async def test_a_put_replaces_everything(library: Any) -> None:
    await run(library.loyaltyclass().insert(body=CLASS))
    await run(library.loyaltyobject().insert(body=OBJECT))
    bare = {key: OBJECT[key] for key in ("id", "classId", "state")}
    assert "barcode" not in await run(library.loyaltyobject().update(resourceId=OBJECT["id"], body=bare))


async def test_refusals_have_googles_codes(library: Any, google: Google) -> None:
    classes, objects = library.loyaltyclass(), library.loyaltyobject()
    assert await refused(objects.insert(body=OBJECT)) == 404
    await run(classes.insert(body=CLASS))
    assert await refused(classes.insert(body=CLASS)) == 409
    assert await refused(classes.patch(resourceId=CLASS["id"], body={"reviewStatus": "DRAFT"})) == 400
    assert await refused(objects.get(resourceId=f"{ISSUER_ID}.card_unknown")) == 404
    foreign = CLASS | {"id": "42.prog_1"}
    assert await refused(classes.insert(body=foreign)) == 403
    stale = classes.patch(resourceId=CLASS["id"], body={"programName": "New"})
    stale.headers["If-Match"] = '"77"'
    assert await refused(stale) == 412
    google.fake.faults.is_forbidden = True
    assert await refused(classes.get(resourceId=CLASS["id"])) == 403


async def test_a_draft_can_have_no_cards(library: Any) -> None:
    await run(library.loyaltyclass().insert(body=CLASS | {"reviewStatus": "DRAFT"}))
    assert await refused(library.loyaltyobject().insert(body=OBJECT)) == 400
    await run(library.loyaltyclass().patch(resourceId=CLASS["id"], body={"reviewStatus": "UNDER_REVIEW"}))
    await run(library.loyaltyobject().insert(body=OBJECT))


async def test_messages_are_ten_and_three_of_them_ring(library: Any, google: Google) -> None:
    await run(library.loyaltyclass().insert(body=CLASS))
    await run(library.loyaltyobject().insert(body=OBJECT))

    def message(kind: str) -> Any:
        body = {"message": {"header": "Hello", "body": "You", "messageType": kind}}
        return library.loyaltyobject().addmessage(resourceId=OBJECT["id"], body=body)

    for _ in range(3):
        await run(message("TEXT_AND_NOTIFY"))
    with pytest.raises(HttpError, match="QuotaExceededException"):
        await run(message("TEXT_AND_NOTIFY"))
    for _ in range(7):
        await run(message("TEXT"))
    assert await refused(message("TEXT")) == 400
    assert len(google.fake.passes.get("loyaltyObject", OBJECT["id"]).notified_at) == 3


async def test_an_update_rings_for_the_balance_and_for_nothing_else(library: Any, google: Google) -> None:
    """A second balance is not on Google's list of changes that notify."""
    await run(library.loyaltyclass().insert(body=CLASS))
    await run(library.loyaltyobject().insert(body=OBJECT))

    async def rings(**changes: Any) -> int:
        body = {"notifyPreference": "NOTIFY_ON_UPDATE"} | changes
        kept = await run(library.loyaltyobject().patch(resourceId=OBJECT["id"], body=body))
        assert "notifyPreference" not in kept, "asked for once, not for ever"
        return len(google.fake.passes.get("loyaltyObject", OBJECT["id"]).notified_at)

    assert await rings(secondaryLoyaltyPoints={"label": "Stamps", "balance": {"int": 77}}) == 0
    assert await rings(loyaltyPoints={"label": "Another word"}) == 0
    assert await rings(loyaltyPoints={"balance": {"int": 77}}) == 1
    assert await rings(loyaltyPoints={"balance": {"int": 77}}) == 1


async def test_the_quota_is_twenty_a_second(google: Google, account: Account) -> None:
    headers = {"authorization": f"Bearer {await Tokens(account).get()}"}
    async with httpx.AsyncClient(base_url=google.url, headers=headers) as http:
        asked = [http.get("/walletobjects/v1/loyaltyClass/none") for _ in range(30)]
        statuses = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert statuses == [404] * 20 + [429] * 10


async def test_a_token_that_was_withdrawn_is_fetched_anew(library: Any, google: Google) -> None:
    await run(library.loyaltyclass().insert(body=CLASS))
    google.fake.tokens.revoke_all()
    await run(library.loyaltyclass().get(resourceId=CLASS["id"]))
    assert google.fake.tokens.issued_count == 2
