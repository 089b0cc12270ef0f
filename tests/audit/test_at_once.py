"""The same request several times at once: a double tap, a proxy that repeats it, two windows of the same page."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from litestar.types import ASGIApp
from sqlalchemy import select

from backend.core.clock import clock
from backend.core.ratelimit import Allowance, RateLimiter
from backend.services import Services
from backend.webhooks.actions import ENDPOINTS_MAX
from backend.webhooks.models import WebhookEndpoint
from backend.webhooks.signatures import secrets_in_force
from tests.audit.hasty import TIMES, HastyTransport
from tests.audit.operations import ENTRIES, Scene
from tests.conftest import HERE
from tests.world.asgi import asgi_transport
from tests.world.caller import Promises, outcome
from tests.world.invitations import accept, invite, mailed_token, new_email
from tests.world.office import Office
from tests.world.shop import Shop, hire_admin, open_shop
from tests.world.till import AnonymousCaller

ONCE = [
    "changeApiKey",
    "revokeApiKey",
    "markTestCustomer",
    "mergeCards",
    "reverseMerge",
    "changeCards",
    "setFraudLimits",
    "changeReward",
    "moveReward",
    "archiveReward",
    "restoreReward",
    "changeWebhookEndpoint",
    "deleteWebhookEndpoint",
    "endFormerWebhookSecret",
    "changeMarketingPlan",
    "changeOwnEmailTemplate",
    "resetOwnEmailTemplate",
    "restoreOwnEmailTemplate",
    "changeEmailTemplate",
    "changeSettings",
    "resendEmail",
    "resendFailedEmails",
    "startTask",
    "retryTaskRun",
    "releaseParkedEvent",
    "changeMerchant",
    "openStore",
    "endOnBehalf",
    "setPolicyOfMerchant",
    "changePolicy",
    "switchFeatureOfMerchant",
    "switchFeatureOfStore",
    "unlockPin",
    "clearPin",
    "changeDevice",
    "revokeDevice",
    "requestDeviceWipe",
    "withdrawDeviceWipe",
    "decideReview",
    "setOfflineRules",
    "recordFailedAttempt",
    "switchPerson",
    "setOwnAuthenticator",
    "removeOwnAuthenticator",
    "addOwnPasskey",
    "removeOwnPasskey",
    "changeOwnPassword",
    "resetPassword",
    "endOwnSession",
    "endOwnOtherSessions",
    "inviteMember",
    "withdrawInvitation",
    "changeMember",
    "removeMember",
    "inviteAdmin",
    "changeAdminRole",
    "removeAdmin",
]
"""What is done once however often it is asked. Whatever else is asked again, such as another secret, is done again."""
WRITTEN = """
    SELECT count(*) FROM (
        SELECT id FROM audit_entries WHERE merchant_id = $1 AND action = $2
        UNION ALL SELECT id FROM platform_audit_entries WHERE action = $2
    ) AS written
"""
CLEAR = {200, 201, 202, 204, 401, 403, 404, 409, 410, 412}
"""What a person can do something with."""


@pytest.fixture
def unlimited() -> Iterator[None]:
    """Limits for callers would refuse what is to meet in the database."""

    async def take(_: RateLimiter, name: str, caller: str, per_minute: int, *, repeatable: str = "") -> Allowance:
        return Allowance(name, per_minute, per_minute, 60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RateLimiter, "take", take)
        yield


@pytest.fixture
async def hasty(app: ASGIApp, unlimited: None) -> AsyncIterator[HastyTransport]:
    async with HastyTransport(asgi_transport(app, client=HERE)) as transport:
        yield transport


@pytest.fixture
async def scene(hasty: HastyTransport, services: Services, promises: Promises) -> AsyncIterator[Scene]:
    """People who are all in a hurry."""
    async with httpx.AsyncClient(transport=hasty, base_url="http://orion.test") as http:
        anonymous = AnonymousCaller(http, promises)
        yield Scene(await open_shop(services, anonymous), await hire_admin(services, anonymous, "Ada", "super_admin"))


@pytest.fixture
async def calm(shop: Shop, services: Services, anonymous: AnonymousCaller, unlimited: None) -> Scene:
    """People who send each request once."""
    return Scene(shop, await hire_admin(services, anonymous, "Ada", "super_admin"))


async def at_once(ask: Callable[[], Awaitable[Any]]) -> Counter[str]:
    """How often it was refused with which code, or `booked`."""
    return Counter(await asyncio.gather(*(outcome(ask()) for _ in range(TIMES))))


@pytest.mark.parametrize("operation", ONCE)
async def test_what_is_asked_five_times_at_once_is_done_and_written_down_once(
    hasty: HastyTransport, scene: Scene, superuser: asyncpg.Connection, operation: str
) -> None:
    action, act = ENTRIES[operation]
    before = await superuser.fetchval(WRITTEN, scene.shop.merchant_id, action)
    await act(scene)
    assert await superuser.fetchval(WRITTEN, scene.shop.merchant_id, action) == before + 1
    assert hasty.statuses.keys() <= CLEAR


async def test_somebody_who_joins_at_the_till_and_on_the_phone_at_once_has_one_card(
    calm: Scene, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    for _ in range(3):
        email, anna, hub = f"{uuid4().hex}@example.com", calm.shop.anna, calm.shop.hub
        asked = [anonymous.join(hub, email), anna.enroll(email), anonymous.join(hub, email), anna.enroll(email)]
        assert set(await asyncio.gather(*map(outcome, asked))) == {"booked"}
    counted = "SELECT count(*), count(DISTINCT customer_id) FROM cards WHERE merchant_id = $1"
    assert tuple(await superuser.fetchrow(counted, calm.shop.merchant_id)) == (3, 3)


async def test_a_merchant_is_opened_once_and_gets_one_program(calm: Scene) -> None:
    tag = uuid4().hex[:8]
    opened = await at_once(lambda: calm.admin.open_merchant(tag, program=None))
    assert opened["booked"] == 1
    assert opened.keys() <= {"booked", "merchant_code_taken", "store_code_taken"}, "whichever is found first"
    path = f"/admin/merchants/thill-{tag}/program"
    added = await at_once(lambda: calm.admin.post(path, {"type": "hybrid"}))
    assert added == {"booked": 1, "program_exists": TIMES - 1}


async def test_an_invitation_is_accepted_once(calm: Scene, anonymous: AnonymousCaller, services: Services) -> None:
    email = new_email()
    await invite(calm.owner, email, stores=calm.places)
    token = await mailed_token(services, email)
    assert await at_once(lambda: accept(anonymous, token)) == {"booked": 1, "invitation_accepted": TIMES - 1}


async def test_one_preview_is_made_at_a_time(calm: Scene) -> None:
    """Each goes through all bookings of the merchant."""
    asked = await at_once(lambda: calm.owner.try_terms(points_per_euro="2"))
    assert asked == {"booked": 1, "preview_in_progress": TIMES - 1}
    other = Office.of(calm.shop.claire)
    assert await outcome(other.try_terms(points_per_euro="3")) == "preview_in_progress"


async def test_no_more_endpoints_than_allowed_are_added_together(calm: Scene) -> None:
    for _ in range(ENDPOINTS_MAX - 2):
        await calm.webhooks.add_endpoint()
    assert await at_once(calm.webhooks.add_endpoint) == {"booked": 2, "too_many_webhook_endpoints": TIMES - 2}


async def test_two_taps_on_a_new_secret_leave_the_one_the_receiver_has(calm: Scene, services: Services) -> None:
    added = await calm.webhooks.add_endpoint()
    await at_once(lambda: calm.webhooks.rotate_secret(added))
    is_it = WebhookEndpoint.id == UUID(added["id"])
    async with services.sessions.committing(calm.shop.merchant_id) as session:
        endpoint = (await session.scalars(select(WebhookEndpoint).where(is_it))).one()
        assert added["secret"] in secrets_in_force(services.key_ring, endpoint, clock.now())
