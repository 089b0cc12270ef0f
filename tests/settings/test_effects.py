"""What changes when a setting does."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.keys import KeyRing
from backend.core.platform_settings import LimitSettings
from backend.messaging.limits import may_write
from backend.services import Services
from tests.settings.administrator import Administrator
from tests.world import ANNA, CLAIRE, PASSWORD
from tests.world.caller import Json, new_key, refused
from tests.world.till import AnonymousCaller
from workers.jobs.purge import purge


async def test_a_new_sign_in_lasts_as_long_as_the_setting_says(ada: Administrator, anonymous: AnonymousCaller) -> None:
    await ada.save("security", access_token_hours=2)
    expires_at = datetime.fromisoformat((await anonymous.sign_in(ANNA.email, PASSWORD))["expires_at"])
    assert abs(expires_at - clock.now() - timedelta(hours=2)) < timedelta(minutes=1)


LIMITED: dict[str, tuple[str, str]] = {
    "public_program_per_minute": ("GET", "/storefront/loyalty/FASHIONHUB/program"),
    "card_page_per_minute": ("GET", "/storefront/loyalty/cards/none"),
    "card_link_per_minute": ("POST", "/storefront/loyalty/card-links"),
    "enroll_per_minute": ("POST", "/storefront/loyalty/FASHIONHUB/enroll"),
    "sign_in_code_per_minute": ("POST", "/storefront/account/FASHIONHUB/codes"),
    "sign_in_per_minute": ("POST", "/auth/sign-in"),
}


@pytest.mark.parametrize("key", LIMITED)
async def test_anonymous_callers_are_limited_as_the_setting_says(
    ada: Administrator, anonymous: AnonymousCaller, key: str
) -> None:
    limit: Json = {key: 2}
    await ada.save("limits", **limit)
    bodies: dict[str, dict[str, Any]] = {
        "/storefront/loyalty/card-links": {"email": "otto@example.com"},
        "/storefront/account/FASHIONHUB/codes": {"email": "otto@example.com"},
        "/auth/sign-in": {"email": "nobody@example.com", "password": "wrong"},
    }
    method, path = LIMITED[key]
    caller = anonymous.but(x_forwarded_for="203.0.113.50")
    body = bodies.get(path, {}) if method == "POST" else None
    statuses = [(await caller.send(method, path, json=body)).status_code for _ in range(3)]
    assert [status == 429 for status in statuses] == [False, False, True]


BOOKED = {
    "earn_per_minute": "cards/{id}/points",
    "stamp_per_minute": "cards/{id}/stamps",
    "redeem_per_minute": "cards/{id}/redemptions",
    "adjust_per_minute": "cards/{id}/adjustments",
    "void_per_minute": "transactions/{id}/void",
    "pin_unlock_per_minute": "pins/verify",
}


@pytest.mark.parametrize("key", BOOKED)
async def test_a_person_who_works_at_a_till_is_limited_as_the_setting_says(
    ada: Administrator, anonymous: AnonymousCaller, key: str
) -> None:
    limit: Json = {key: 1}
    await ada.save("limits", **limit)
    token = (await anonymous.sign_in(CLAIRE.email, PASSWORD))["token"]
    till = anonymous.but(authorization=f"Bearer {token}", x_store_code="FASHIONHUB")
    path = f"/store/loyalty/{BOOKED[key].format(id=uuid4())}"
    statuses = [(await till.send("POST", path, json={}, key=new_key())).status_code for _ in (1, 2)]
    assert [status == 429 for status in statuses] == [False, True], statuses


async def test_a_mailbox_gets_as_many_mails_from_strangers_as_the_setting_says(services: Services) -> None:
    keys, limits = KeyRing(["k"]), LimitSettings(mails_per_mailbox_per_hour=1, mails_per_mailbox_per_day=2)
    email, now = f"{new_key()}@example.com", clock.now()
    async with services.sessions.committing() as session:
        hours = [0, 0, 2, 4, 25]
        sent = [await may_write(session, keys, email, now + timedelta(hours=hour), limits) for hour in hours]
    assert sent == [True, False, True, False, True]


async def test_what_is_kept_for_fewer_days_is_gone_after_the_next_purge(
    ada: Administrator, services: Services, superuser: asyncpg.Connection
) -> None:
    await superuser.execute(
        "INSERT INTO task_runs (id, name, created_at) VALUES (gen_random_uuid(), 'old', $1)",
        clock.now() - timedelta(days=5),
    )
    count = "SELECT count(*) FROM task_runs WHERE name = 'old'"
    await purge({"services": services})
    assert await superuser.fetchval(count) == 1
    await ada.save("privacy", task_runs_days=4)
    await services.live.refresh()
    await purge({"services": services})
    assert await superuser.fetchval(count) == 0


async def test_an_ended_limit_is_told_with_its_number(ada: Administrator, anonymous: AnonymousCaller) -> None:
    await ada.save("limits", public_program_per_minute=1)
    first = await anonymous.send("GET", "/storefront/loyalty/FASHIONHUB/program")
    assert first.headers["ratelimit-policy"] == '"public-program";q=1;w=60'
    with refused("rate_limited", 429):
        await anonymous.get("/storefront/loyalty/FASHIONHUB/program")
