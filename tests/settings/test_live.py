"""A change is in force in every process, also while other servers are away."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from uuid import UUID

import asyncpg
import httpx
import pytest
from litestar.testing import AsyncTestClient

from backend.core.settings import Settings
from backend.services import Services, open_services
from backend.settings.live import LiveSettings
from backend.settings.sealing import seal_setting
from frontend.app import create_app as create_frontend
from frontend.kit import branding
from tests.conftest import LogLines, OwnTown, Servers
from tests.settings.administrator import Administrator
from tests.settings.conftest import CANARY, ENVIRON
from tests.world import ADA, PASSWORD
from tests.world.caller import refused
from tests.world.patience import until
from tests.world.till import AnonymousCaller

NOWHERE = "redis://127.0.0.1:1"


async def test_another_process_learns_of_a_change_by_itself(ada: Administrator, services: Services) -> None:
    await ada.save("email", smtp_port=2525, smtp_password=CANARY)

    async def is_in_force() -> bool:
        email = services.live.current.email
        return (email.smtp_port, email.smtp_password) == (2525, CANARY)

    await until(is_in_force)


async def test_a_change_is_in_force_without_redis(own_town: OwnTown) -> None:
    async with own_town(redis_url=NOWHERE) as town:
        anonymous = town.anonymous
        token = (await anonymous.sign_in(ADA.email, PASSWORD))["token"]
        ada = Administrator(anonymous.http, anonymous._promises, token)
        await ada.save("limits", public_program_per_minute=2)
        for _ in range(2):
            await anonymous.get("/storefront/loyalty/FASHIONHUB/program")
        with refused("rate_limited", 429):
            await anonymous.get("/storefront/loyalty/FASHIONHUB/program")

        async def is_in_force() -> bool:
            return town.services.live.current.limits.public_program_per_minute == 2

        await until(is_in_force)


async def test_the_pages_show_a_new_name_of_the_platform(ada: Administrator, monkeypatch: pytest.MonkeyPatch) -> None:
    api = httpx.ASGITransport(ada.http._transport.app)  # type: ignore[attr-defined]  # that of asgi_transport
    frontend = create_frontend(transport=api)
    async with AsyncTestClient(frontend) as browser:
        assert "· Orion</title>" in (await browser.get("/")).text
        await ada.save("branding", platform_name="Wizard <b>", support_email="help@wizard.example")

        async def is_shown() -> bool:
            return "· Wizard &lt;b&gt;</title>" in (await browser.get("/")).text

        await until(is_shown)
        monkeypatch.setattr(branding, "PERIOD_SECONDS", 0)
        frontend.state.client = httpx.AsyncClient(base_url="http://127.0.0.1:1")
        assert "· Wizard &lt;b&gt;</title>" in (await browser.get("/")).text


async def test_branding_is_sent_again_only_when_it_has_changed(ada: Administrator, anonymous: AnonymousCaller) -> None:
    first = await anonymous.send("GET", "/storefront/branding")
    same = await anonymous.send("GET", "/storefront/branding", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, same.status_code, same.content) == (200, 304, b"")
    await ada.save("branding", imprint_url="https://wizard.example/imprint")
    other = await anonymous.send("GET", "/storefront/branding", headers={"if-none-match": first.headers["etag"]})
    assert (other.status_code, other.json()["imprint_url"]) == (200, "https://wizard.example/imprint")


@pytest.fixture
async def alone(fresh_settings: Settings) -> AsyncIterator[Services]:
    async with open_services(fresh_settings, ENVIRON) as opened:
        yield opened


async def test_while_the_database_is_away_the_last_known_values_apply(
    alone: Services, servers: Servers, fresh_settings: Settings, log_lines: LogLines
) -> None:
    name = fresh_settings.database_url.partition("?")[0].rpartition("/")[2]
    superuser = await asyncpg.connect(servers.superuser_url(name))
    elsewhere = await asyncpg.connect(servers.superuser_url("postgres"))
    await store(superuser, "limits", "stamp_per_minute", "7")
    await alone.live.refresh()
    await store(superuser, "limits", "stamp_per_minute", "8")
    await superuser.close()
    await elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await elsewhere.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)

    async def is_noticed() -> bool:
        return [line["event"] for line in log_lines() if line["event"] == "settings_not_read"] == ["settings_not_read"]

    await until(is_noticed)
    for _ in range(3):
        await alone.live.refresh_if_possible()
    assert alone.live.current.limits.stamp_per_minute in {7, 8}
    await elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await elsewhere.close()

    async def is_back() -> bool:
        return alone.live.current.limits.stamp_per_minute == 8

    await until(is_back)
    assert [line["event"] for line in log_lines() if line["event"].startswith("settings_")] == [
        "settings_not_read",
        "settings_read_again",
    ]


async def test_a_process_that_has_not_read_the_database_yet_sends_no_email(alone: Services) -> None:
    """As when PostgreSQL restarts in the very second: the environment may name the console, which loses every email."""
    live = LiveSettings(alone.live.environment, alone.pool, alone.sessions, alone.key_ring)
    assert "email" in live.in_force.ignored
    await live.refresh()
    assert live.in_force.ignored == frozenset()


IGNORED = [
    ("limits", "stamp_per_minute", "many", "whole_number"),
    ("limits", "stamp_per_minute", "", "required"),
    ("email", "smtp_host", "https://mail", "host"),
    # The environment's host and login say that mail leaves.
    ("email", "email_provider", "console", "provider_sends_nothing"),
]


@pytest.fixture
def restarted(settings: Settings) -> Callable[[], AbstractAsyncContextManager[Services]]:
    """`async with restarted() as services:` as a process that starts now."""
    return lambda: open_services(settings, ENVIRON)


@pytest.mark.parametrize("stored", IGNORED)
async def test_a_stored_value_that_cannot_be_used_is_ignored_and_said_so(
    ada: Administrator,
    restarted: Callable[[], AbstractAsyncContextManager[Services]],
    superuser: asyncpg.Connection,
    log_lines: LogLines,
    stored: tuple[str, str, str, str],
) -> None:
    category, key, value, code = stored
    before = (await ada.setting(category, key))["value"]
    await store(superuser, category, key, value)
    async with restarted() as started:
        assert getattr(getattr(started.live.current, category), key) == before
    # The application of the tests may have noticed it too.
    line, *others = [line for line in log_lines() if line["event"] == "setting_ignored"]
    assert all(other["settings"] == line["settings"] for other in others)
    assert (line["settings"], line["level"]) == ({key: code}, "error")
    assert f"--category {category}" in line["advice"]
    assert ("wait" in line["consequence"]) == (category == "email")
    shown = await ada.reading("fr").setting(category, key)
    assert (shown["value"], shown["source"] != "database", shown["ignored"]) == (before, True, code)
    assert (shown["updated_by"], bool(shown["ignored_reason"])) == ("Somebody", True)
    await ada.reset(category)
    assert (await ada.setting(category, key))["ignored"] is None


async def test_overrides_that_contradict_a_new_environment_are_ignored_together(
    services: Services, superuser: asyncpg.Connection, settings: Settings
) -> None:
    """A password never goes to a server of another source."""
    await store(superuser, "email", "smtp_host", "mail.database.example")
    sealed = seal_setting(services.key_ring, "smtp_password", CANARY)
    await store(superuser, "email", "smtp_password", None, sealed)
    without_user = {name: value for name, value in ENVIRON.items() if not name.endswith(("_USER", "_PASSWORD"))}
    async with open_services(settings, without_user) as started:
        email = started.live.current.email
        assert (email.smtp_host, email.smtp_password) == ("mail.environment.example", "")
        assert started.live.in_force.ignored == {"email"}


async def test_a_secret_sealed_for_another_place_or_with_a_lost_key_is_not_used(
    ada: Administrator, services: Services, superuser: asyncpg.Connection
) -> None:
    await ada.save("email", smtp_password=CANARY, sendgrid_api_key="key")
    # Somebody who can write to the database swaps the two.
    await superuser.execute(
        """UPDATE setting_overrides o SET sealed_value = p.sealed_value
           FROM setting_overrides p WHERE o.key <> p.key"""
    )
    await superuser.execute("UPDATE setting_versions SET version = version + 1")
    await services.live.refresh()
    email = services.live.current.email
    assert (email.smtp_password, email.sendgrid_api_key) == (ENVIRON["ORION_SMTP_PASSWORD"], "")
    assert (await ada.setting("email", "smtp_password"))["ignored"] == "unreadable"
    with refused("validation_failed", 422) as said:
        await ada.save("email", smtp_port=25)
    assert {error["code"] for error in said[0]["errors"]} == {"unreadable"}
    await ada.save("email", smtp_password="new", sendgrid_api_key=None)
    assert (await ada.setting("email", "smtp_password"))["ignored"] is None


async def store(
    connection: asyncpg.Connection, category: str, key: str, value: str | None, sealed: str | None = None
) -> None:
    """As somebody who writes to the table by hand, or an older version of Orion."""
    await connection.execute(
        """INSERT INTO setting_overrides (key, category, value, sealed_value, updated_at, updated_by, updated_by_name)
           VALUES ($1, $2, $3, $4, now(), $5, 'Somebody')
           ON CONFLICT (key) DO UPDATE SET value = excluded.value, sealed_value = excluded.sealed_value""",
        key,
        category,
        value,
        sealed,
        UUID(int=7),
    )
    await connection.execute(
        """INSERT INTO setting_versions (category, version) VALUES ($1, 1)
           ON CONFLICT (category) DO UPDATE SET version = setting_versions.version + 1""",
        category,
    )
