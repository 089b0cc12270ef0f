"""The owner's pages about webhooks, against a fake backend."""

from typing import Any

import httpx
import pytest

from backend.core.schemas import Page
from backend.webhooks.schemas import (
    NewWebhookEndpoint,
    WebhookAttempt,
    WebhookDeliveryDetail,
    WebhookEndpointDetail,
    WebhookEventTypeList,
    WebhookEventTypeView,
    WebhookReplayCount,
)
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, StaffBackend, owner, refused
from tests.frontend.staff_browser import Browser

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SHOP = WebhookEndpointDetail(
    id=ID, url="https://shop.example/orion", description="Our <b>shop", event_types=["points.earned"], is_active=True,
    disabled_because=None, disabled_at=None, failing_since=None, former_secret_ends_at=None, version=3,
    created_at=MOMENT, updated_at=MOMENT,
)  # fmt: skip
FACTS: dict[str, Any] = {name: getattr(SHOP, name) for name in SHOP.__struct_fields__}
NEW = NewWebhookEndpoint(**FACTS, secret=SECRET)
FAILED = WebhookAttempt(
    at=MOMENT, outcome="refused", code="not_successful", problem="It was no 2xx.", status=500, ms=1234,
    answer="<script>oops",
)  # fmt: skip
DELIVERY = WebhookDeliveryDetail(
    id=ID, endpoint_id=ID, event_id=ID, type="points.earned", state="waiting", attempts=2, status=500,
    created_at=MOMENT, delivered_at=None, next_attempt_at=MOMENT, event={"type": "points.earned"}, history=[FAILED],
    waits_for=ID,
)  # fmt: skip
TYPES = WebhookEventTypeList(
    [WebhookEventTypeView(name=name, about=f"About {name}", example={}) for name in ("points.earned", "stamp.added")]
)
LIST, ENDPOINT, DELIVERIES = (f"/merchant/webhooks/endpoints{rest}" for rest in ("", "/*", "/*/deliveries"))
PATH = f"/office/api/webhooks/{ID}"


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB), 201),
        "GET /merchant/webhooks/event-types": found(TYPES),
        f"GET {LIST}": found(Page([SHOP], None, has_more=False)),
        f"POST {LIST}": found(NEW, 201),
        f"GET {ENDPOINT}": found(SHOP),
        f"PATCH {ENDPOINT}": found(SHOP),
        f"DELETE {ENDPOINT}": httpx.Response(204),
        f"GET {DELIVERIES}": found(Page([DELIVERY], None, has_more=False)),
        f"POST {ENDPOINT}/secret": found(NEW),
        f"POST {ENDPOINT}/replays": found(WebhookReplayCount(3)),
        f"POST {ENDPOINT}/tests": found(DELIVERY, 201),
        "GET /merchant/webhooks/deliveries/*": found(DELIVERY),
        "POST /merchant/webhooks/deliveries/*/replay": found(DELIVERY),
    }
    await browser.sign_in()
    return browser


async def test_a_new_endpoint_shows_its_secret_once_and_keeps_it_nowhere(
    claire: Browser, backend: StaffBackend
) -> None:
    await claire.open("/office/api/webhooks/new")
    told: dict[str, Any] = {"url": "https://shop.example/orion", "event_types": ["points.earned", "stamp.added"]}
    answer = await claire.submit("/office/api/webhooks/new", **told)
    assert answer.status_code == 200
    assert f'value="{SECRET}"' in claire.page
    assert answer.headers["cache-control"] == "no-store"
    assert backend.body("/endpoints") == told | {"description": ""}
    for path in ("/office/api/webhooks", PATH, f"{PATH}/edit"):
        await claire.open(path)
        assert SECRET not in claire.page
        assert "<b>shop" not in claire.page


@pytest.mark.parametrize(
    ("url", "types", "field", "said"),
    [
        ("shop .example", ["points.earned"], "url", "Enter an address such as https://shop.example/orion"),
        ("https://shop.example/", [], "event_types", "Choose at least one kind of event."),
    ],
)
async def test_what_is_incomplete_is_not_sent(
    claire: Browser, backend: StaffBackend, *, url: str, types: list[str], field: str, said: str
) -> None:
    await claire.open("/office/api/webhooks/new")
    told: dict[str, Any] = {"url": url, "event_types": types}
    assert (await claire.submit("/office/api/webhooks/new", **told)).status_code == 422
    assert said in claire.says(field)
    assert backend.posts("/endpoints") == []


async def test_a_refused_address_is_explained_beside_the_field(claire: Browser, backend: StaffBackend) -> None:
    error = {"pointer": "/url", "code": "not_public", "detail": ""}
    backend.answers[f"PATCH {ENDPOINT}"] = refused(422, "validation_failed", errors=[error])
    await claire.open(f"{PATH}/edit")
    assert (await claire.submit(f"{PATH}/edit", url="https://10.0.0.1/")).status_code == 422
    assert claire.says("url") == "This address cannot be reached from the internet."
    assert claire.fields(f"{PATH}/edit")["url"] == "https://10.0.0.1/"


async def test_who_saves_over_a_change_sees_it_first(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[f"PATCH {ENDPOINT}"] = refused(412, "stale", version=4, changed_at=None, changed_by="Luc")
    await claire.open(f"{PATH}/edit")
    assert (await claire.submit(f"{PATH}/edit", description="Mine")).status_code == 412
    assert "Luc has changed this meanwhile" in claire.text
    assert claire.fields(f"{PATH}/edit")["description"] == "Mine"


async def test_one_delivery_tells_its_story(claire: Browser) -> None:
    await claire.open(f"/office/api/webhooks/deliveries/{ID}")
    assert "It waits for an earlier event of the same card." in claire.text
    assert "Not confirmed 500 1,234 ms It was no 2xx." in claire.text
    assert "<script>oops" not in claire.page


async def test_tests_and_replays_lead_to_where_their_outcome_is_seen(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PATH)
    answer = await claire.submit(f"{PATH}/test")
    assert answer.headers["location"] == f"/office/api/webhooks/deliveries/{ID}?done=tested"
    await claire.open(PATH)
    answer = await claire.submit(f"{PATH}/replay", since="2026-11-20")
    assert answer.headers["location"] == f"{PATH}?replayed=3"
    assert backend.body("/replays") == {"since": "2026-11-20T00:00:00Z"}
    await claire.open(f"{PATH}?replayed=3")
    assert "3 deliveries are sent again." in claire.text


async def test_an_endpoint_that_was_disabled_says_why_and_takes_no_test(claire: Browser, backend: StaffBackend) -> None:
    disabled = changed(SHOP, is_active=False, disabled_because="failing", disabled_at=MOMENT)
    backend.answers[f"GET {ENDPOINT}"] = found(disabled)
    await claire.open(PATH)
    assert "The endpoint has not confirmed any event for three days." in claire.text
    assert claire.fields(f"{PATH}/test") == {}
    backend.answers[f"POST {ENDPOINT}/tests"] = refused(409, "webhook_endpoint_inactive")
    assert (await claire.send(f"{PATH}/test")).status_code == 409
    assert "Sentence of webhook_endpoint_inactive." in claire.text
