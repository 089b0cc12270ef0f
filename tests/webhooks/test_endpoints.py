"""An owner's endpoints for events: added, changed, with a secret that is shown once."""

from datetime import timedelta

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.encryption import unseal
from backend.core.keys import KeyRing
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.operations.key_rotation import SEALED, rotate_keys
from backend.services import Services
from backend.webhooks.actions import ENDPOINTS_MAX
from backend.webhooks.checks import check_endpoint
from backend.webhooks.models import WebhookEndpoint
from backend.webhooks.problems import WebhookEndpointNotFound
from backend.webhooks.queries import get_endpoint
from backend.webhooks.signatures import secret_place
from tests.conftest import LogLines, OpenShop
from tests.world.caller import refused
from tests.world.shop import Shop
from tests.world.webhooks import EVERY_TYPE, WebhookOffice


@pytest.fixture
def office(shop: Shop) -> WebhookOffice:
    return WebhookOffice.of(shop.claire)


async def test_the_secret_is_shown_once_and_stored_sealed(
    shop: Shop, office: WebhookOffice, superuser: asyncpg.Connection, services: Services, log_lines: LogLines
) -> None:
    added = await office.add_endpoint("https://shop.example/orion", "points.earned", description="Our shop")
    assert added["secret"].startswith("whsec_")
    assert "secret" not in await office.endpoint(added)
    assert "secret" not in (await office.endpoints())["data"][0]
    row = await superuser.fetchrow("SELECT * FROM webhook_endpoints WHERE merchant_id = $1", shop.merchant_id)
    assert added["secret"] not in str(row)
    assert unseal(services.key_ring, row["sealed_secret"], secret_place(row["id"])) == added["secret"]
    assert added["secret"] not in str(log_lines())


async def test_a_rotated_key_of_the_platform_seals_both_secrets_anew(shop: Shop, office: WebhookOffice) -> None:
    added = await office.add_endpoint()
    rotated = await office.rotate_secret(added)
    old = shop.services.settings.keys
    keys = KeyRing(["a newer key", *old])
    columns = [column for column in SEALED if column.column.class_ is WebhookEndpoint]
    origin = PlatformOrigin(user_id=None, user_name="cli", language="en", now=clock.now())
    counts = await rotate_keys(shop.services.sessions, keys, origin, columns)
    assert [count.resealed >= 1 for count in counts.values()] == [True, True]
    newest = KeyRing(["a newer key"])
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        endpoint = await get_endpoint(session, shop.merchant_id, added["id"])
        assert endpoint.sealed_former_secret is not None
        stored = [endpoint.sealed_secret, endpoint.sealed_former_secret]
        place = secret_place(endpoint.id)
        assert [unseal(newest, each, place) for each in stored] == [rotated["secret"], added["secret"]]
        endpoint.sealed_secret, endpoint.sealed_former_secret = stored[0], None


async def test_a_change_needs_the_version_it_was_made_from(office: WebhookOffice) -> None:
    added = await office.add_endpoint()
    changed = await office.change_endpoint(added, event_types=["stamp.added", "points.earned", "stamp.added"])
    assert (changed["event_types"], changed["version"]) == (["points.earned", "stamp.added"], 2)
    with refused("stale", 412) as said:
        await office.change_endpoint(added, description="Mine")
    assert said[0]["changed_by"] == "Claire"


async def test_what_another_owner_has_does_not_exist(office: WebhookOffice, opened: OpenShop) -> None:
    other = WebhookOffice.of((await opened()).claire)
    added = await other.add_endpoint()
    delivery = await other.send_test(added)
    for asked in (office.endpoint(added), office.deliveries(added), office.send_test(added)):
        with refused("webhook_endpoint_not_found", 404):
            await asked
    with refused("webhook_delivery_not_found", 404):
        await office.replay(delivery)
    assert (await office.endpoints())["data"] == []


async def test_a_deleted_endpoint_takes_its_deliveries_with_it(
    shop: Shop, office: WebhookOffice, superuser: asyncpg.Connection
) -> None:
    added = await office.add_endpoint()
    await office.send_test(added)
    await office.delete_endpoint(added)
    count = "SELECT count(*) FROM webhook_deliveries WHERE merchant_id = $1"
    assert await superuser.fetchval(count, shop.merchant_id) == 0
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        with pytest.raises(WebhookEndpointNotFound):
            await get_endpoint(session, shop.merchant_id, added["id"])


async def test_a_paused_endpoint_waits_for_nothing(office: WebhookOffice) -> None:
    added = await office.add_endpoint()
    await office.send_test(added)
    await office.change_endpoint(added, is_active=False)
    (delivery,) = await office.deliveries(added)
    assert delivery["state"] == "failed"
    story = await office.reading("fr").delivery(delivery)
    assert story["history"][0]["problem"] == "Le point de réception a été mis en pause ou désactivé."
    for asked in (office.replay(delivery), office.replay_failed(added, "2026-01-01T00:00:00Z")):
        with refused("webhook_endpoint_inactive", 409):
            await asked


async def test_a_merchant_has_ten_endpoints_at_most(office: WebhookOffice) -> None:
    for _ in range(ENDPOINTS_MAX):
        await office.add_endpoint()
    with refused("too_many_webhook_endpoints", 409):
        await office.add_endpoint()


async def test_the_list_of_types_has_an_example_of_each_in_the_readers_language(office: WebhookOffice) -> None:
    types = await office.reading("de").event_types()
    assert {each["name"] for each in types} == set(EVERY_TYPE)
    earned = next(each for each in types if each["name"] == "points.earned")
    assert earned["about"] == "Für einen Einkauf wurden Punkte gutgeschrieben"
    assert set(earned["example"]) == {"id", "type", "api_version", "timestamp", "data"}


async def test_deliveries_are_filtered_by_state_and_type_and_paged(office: WebhookOffice) -> None:
    added = await office.add_endpoint()
    for _ in range(3):
        await office.send_test(added)
        clock.move(timedelta(seconds=1))
    assert len(await office.deliveries(added, state="waiting", type="test.ping")) == 3
    assert await office.deliveries(added, state="failed") == []
    path = f"/merchant/webhooks/endpoints/{added['id']}/deliveries"
    first = await office.get(path, params={"limit": 2})
    second = await office.get(path, params={"limit": 2, "after": first["next_cursor"]})
    ids = [each["id"] for each in (*first["data"], *second["data"])]
    assert ids == [each["id"] for each in await office.deliveries(added)]
    assert not second["has_more"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://shop.example/orion?token=1", None),
        ("https://shop.example:443/", None),
        ("http://shop.example/", "https_required"),
        ("https://shop.example:8443/", "port_not_allowed"),
        ("https://10.0.0.1/", "not_public"),
        ("https://169.254.169.254/latest/meta-data", "not_public"),
        ("https://[::1]/", "not_public"),
        ("https://[fd00::1]/", "not_public"),
        ("http://127.0.0.1:5432/", "https_required"),
        ("https://localhost/", "not_public"),
        ("https://user:secret@shop.example/", "invalid"),
        ("https://shop.example/#part", "invalid"),
        ("ftp://shop.example/", "invalid"),
        ("shop.example", "invalid"),
        ("https://", "invalid"),
        ("https://xn--a/", "invalid"),
        ("https://shop.example:99999/", "port_not_allowed"),
    ],
)
def test_in_production_an_address_is_public_and_https(url: str, code: str | None) -> None:
    errors = []
    try:
        check_endpoint(url, ["points.earned"], allows_loopback=False)
    except ValidationFailed as problem:
        errors = [(error.pointer, error.code) for error in problem.facts["errors"]]
    assert errors == ([("/url", code)] if code else [])


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/", "http://localhost:9000/orion", "http://[::1]:9000/"])
def test_development_may_use_its_own_machine(url: str) -> None:
    check_endpoint(url, ["points.earned"], allows_loopback=True)


async def test_unknown_types_are_refused_each_with_its_place(office: WebhookOffice) -> None:
    with refused("validation_failed", 422) as said:
        await office.add_endpoint("https://shop.example/", "points.earned", "test.ping", "card.stolen")
    assert [error["pointer"] for error in said[0]["errors"]] == ["/event_types/1", "/event_types/2"]
