"""Which text an email gets: the merchant's, else the platform's, else the declared one."""

import asyncpg
import pytest

from backend.messaging.template_editing.rendering import render_in_force
from backend.messaging.templates.catalog.loyalty_enrollment import LOYALTY_ENROLLMENT
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM
from backend.services import Services
from tests.conftest import LogLines
from tests.messaging.template_editing.conftest import seeded
from tests.messaging.template_editing.editor import Editor
from tests.world.shop import Shop

WELCOME = LOYALTY_ENROLLMENT.code


async def subject(services: Services, shop: Shop | None, language: str = "en") -> tuple[str, int | None]:
    merchant_id = shop.merchant_id if shop else None
    async with services.sessions.committing(merchant_id) as session:
        mail, version = await render_in_force(
            session, LOYALTY_ENROLLMENT, LOYALTY_ENROLLMENT.samples_in("en")["new"], language,
            brand=SAMPLE_BRAND, platform_name=SAMPLE_PLATFORM, merchant_id=merchant_id,
        )  # fmt: skip
    return mail.subject, version


async def test_without_a_stored_text_the_declared_one_is_sent(services: Services, shop: Shop) -> None:
    assert await subject(services, shop) == ("Your Café Aurora card", None)
    assert await subject(services, shop, "lb") == ("Är Kaart bei Café Aurora", None)


async def test_the_merchants_text_goes_before_the_platforms_and_the_platforms_before_the_declared(
    services: Services, ada: Editor, claire: Editor, shop: Shop
) -> None:
    await seeded(services)
    await ada.save(WELCOME, subject="The platform says hello")
    assert await subject(services, shop) == ("The platform says hello", 2)
    await claire.save(WELCOME, subject="Claire says hello")
    assert await subject(services, shop) == ("Claire says hello", 2)
    assert await subject(services, None) == ("The platform says hello", 2)
    await claire.reset(WELCOME)
    assert await subject(services, shop) == ("The platform says hello", 2)


async def test_an_owner_learns_that_the_platform_has_changed_its_text_since(
    services: Services, ada: Editor, claire: Editor
) -> None:
    await seeded(services)
    await claire.save(WELCOME, subject="Claire says hello")
    assert not (await claire.coverage(WELCOME))["en"]["platform_changed"]
    await ada.save(WELCOME, subject="The platform says hello")
    assert (await claire.coverage(WELCOME))["en"]["platform_changed"]
    await claire.save(WELCOME, subject="Claire says hello")
    assert not (await claire.coverage(WELCOME))["en"]["platform_changed"]


@pytest.mark.parametrize("body", ["<h1>{{ gone.away }}</h1>", "{% for x in y %}{% endfor %}"])
async def test_a_stored_text_that_can_no_longer_be_sent_does_not_stop_the_email(
    services: Services,
    shop: Shop,
    superuser: asyncpg.Connection,
    log_lines: LogLines,
    body: str,
) -> None:
    await seeded(services)
    await superuser.execute("UPDATE email_templates SET subject = 'Old', body = $1 WHERE code = $2", body, WELCOME)
    assert await subject(services, shop) == ("Your Café Aurora card", None)
    (line,) = [line for line in log_lines() if line["event"] == "template_invalid"]
    assert (line["template"], line["language"]) == (WELCOME, "en")
