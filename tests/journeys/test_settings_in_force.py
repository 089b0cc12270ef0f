"""A setting that is saved is in force in all processes, without a restart."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from tests.journeys.stack import Stack
from tests.settings.administrator import Administrator
from tests.world import ADA, PASSWORD
from tests.world.caller import Promises, refused
from tests.world.patience import until
from tests.world.till import AnonymousCaller

pytestmark = pytest.mark.slow


@pytest.fixture
async def ada(anonymous: AnonymousCaller, promises: Promises) -> AsyncIterator[Administrator]:
    signed_in = await anonymous.sign_in(ADA.email, PASSWORD)
    administrator = Administrator(anonymous.http, promises, signed_in["token"])
    yield administrator
    for category in ("branding", "email", "limits"):
        await administrator.reset(category)


async def test_backend_frontend_and_worker_follow_what_an_administrator_saves(
    orion: Stack, ada: Administrator, anonymous: AnonymousCaller
) -> None:
    await ada.save("branding", platform_name="Wizard")
    await ada.save("email", email_from_address="support@wizard.example")
    await ada.save("limits", public_program_per_minute=1)
    await anonymous.get("/storefront/loyalty/FASHIONHUB/program")
    with refused("rate_limited", 429):
        await anonymous.get("/storefront/loyalty/FASHIONHUB/program")

    async def is_shown() -> bool:
        async with httpx.AsyncClient(base_url=orion.url, trust_env=False) as browser:
            return "· Wizard</title>" in (await browser.get("/")).text

    async def is_the_sender() -> bool:
        email = f"{uuid4().hex}@example.com"
        await anonymous.join("FASHIONHUB", email, first_name="Zoé")
        return "support@wizard.example" in (await orion.mail_to(email))["From"]

    await until(is_shown)
    await until(is_the_sender)
