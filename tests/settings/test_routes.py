"""An administrator reads and changes settings over the API."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from backend.core.clock import clock
from backend.services import Services
from backend.settings.registry import REGISTRY
from tests.conftest import SignIn
from tests.settings.administrator import Administrator
from tests.settings.conftest import CANARY
from tests.world import ADA, CLAIRE, PASSWORD, PAUL
from tests.world.caller import outcome, refused
from tests.world.till import AnonymousCaller


async def test_every_setting_is_shown_once_with_its_value_and_its_source(ada: Administrator) -> None:
    overview = await ada.get("/admin/settings")
    shown = [setting["key"] for category in overview["categories"] for setting in category["settings"]]
    assert shown == [key for settings in REGISTRY.values() for key in settings]
    assert len(set(shown)) == len(shown)
    host, port = await ada.setting("email", "smtp_host"), await ada.setting("email", "smtp_port")
    assert (host["value"], host["source"], host["env_name"]) == (
        "mail.environment.example",
        "environment",
        "ORION_SMTP_HOST",
    )
    assert (port["value"], port["source"], port["kind"], port["least"], port["most"]) == (
        587,
        "default",
        "number",
        1,
        65535,
    )


async def test_a_saved_value_is_in_force_with_its_author_and_what_it_hides(
    ada: Administrator, services: Services
) -> None:
    before = services.live.current.limits.stamp_per_minute
    await ada.save("limits", stamp_per_minute=7)
    shown = await ada.setting("limits", "stamp_per_minute")
    assert (shown["value"], shown["source"], shown["updated_by"]) == (7, "database", ADA.name)
    assert abs(datetime.fromisoformat(shown["updated_at"]) - clock.now()) < timedelta(seconds=5)
    assert shown["overrides"] == [
        {"source": "environment", "value": 50, "is_set": True},
        {"source": "default", "value": 60, "is_set": True},
    ]
    await services.live.refresh()
    assert (before, services.live.current.limits.stamp_per_minute) == (50, 7)


async def test_a_reset_brings_back_the_environment(ada: Administrator, services: Services) -> None:
    await ada.save("limits", stamp_per_minute=7, earn_per_minute=8, redeem_per_minute=9)
    await ada.reset("limits", "stamp_per_minute")
    await ada.save("limits", earn_per_minute=None)
    shown = {each["key"]: each for each in (await ada.category("limits"))["settings"]}
    assert [shown[key]["value"] for key in ("stamp_per_minute", "earn_per_minute", "redeem_per_minute")] == [50, 60, 9]
    everything = await ada.reset("limits")
    assert {each["source"] for each in everything["settings"]} == {"environment", "default"}
    await services.live.refresh()
    assert services.live.current.limits.redeem_per_minute == 60


async def test_a_stale_form_is_refused_with_who_saved_and_when(ada: Administrator) -> None:
    seen = (await ada.category("limits"))["version"]
    await ada.save("limits", stamp_per_minute=7)
    with refused("stale", 412) as said:
        await ada.save("limits", stamp_per_minute=8, version=seen)
    assert said[0]["changed_by"] == ADA.name
    assert said[0]["changed_at"]
    with refused("stale", 412):
        await ada.reset("limits", version=seen)
    with refused("precondition_required", 428):
        await ada.ask("PATCH", "/admin/settings/limits", json={"values": {"stamp_per_minute": 8}})
    assert (await ada.setting("limits", "stamp_per_minute"))["value"] == 7


async def test_of_two_simultaneous_saves_one_is_refused(ada: Administrator) -> None:
    seen = (await ada.category("limits"))["version"]
    saves = [ada.save("limits", stamp_per_minute=number, version=seen) for number in (7, 8, 9)]
    outcomes = await asyncio.gather(*map(outcome, saves))
    assert sorted(outcomes) == ["booked", "stale", "stale"]
    assert (await ada.category("limits"))["version"] == seen + 1


async def test_saving_what_is_there_already_changes_nothing(ada: Administrator, superuser: asyncpg.Connection) -> None:
    saved = await ada.save("limits", stamp_per_minute=7)
    entries = await superuser.fetchval("SELECT count(*) FROM platform_audit_entries")
    again = await ada.save("limits", stamp_per_minute="7")
    assert again["version"] == saved["version"]
    assert await superuser.fetchval("SELECT count(*) FROM platform_audit_entries") == entries


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("limits", {"stamp_per_minute": 0}, "/values/stamp_per_minute", "whole_number"),
    ("limits", {"stamp_per_minute": "many"}, "/values/stamp_per_minute", "whole_number"),
    ("limits", {"stamp_per_minute": ""}, "/values/stamp_per_minute", "required"),
    ("limits", {"stamps_per_minute": 1}, "/values/stamps_per_minute", "unknown"),
    ("limits", {"smtp_port": 25}, "/values/smtp_port", "unknown"),
    ("email", {"email_provider": "pigeon"}, "/values/email_provider", "one_of"),
    ("email", {"email_provider": "console"}, "/values/email_provider", "provider_sends_nothing"),
    ("email", {"email_provider": "sendgrid"}, "/values/sendgrid_api_key", "sendgrid_key_required"),
    ("email", {"smtp_use_tls": True, "smtp_use_ssl": True}, "/values/smtp_use_ssl", "tls_twice"),
    # An administrator who names another server must know the password that it would get.
    ("email", {"smtp_host": "mail.elsewhere.example"}, "/values/smtp_password", "secret_required"),
    ("email", {"smtp_use_tls": False}, "/values/smtp_use_tls", "encryption_required"),
    ("email", {"smtp_user": ""}, "/values/smtp_user", "login_incomplete"),
    ("email", {"smtp_password": "two\nlines"}, "/values/smtp_password", "one_line"),
    ("email", {"sendgrid_api_key": "two words"}, "/values/sendgrid_api_key", "token"),
    ("email", {"email_from_address": "Orion <a@b.lu>"}, "/values/email_from_address", "mail_address"),
    ("email", {"smtp_host": "https://mail"}, "/values/smtp_host", "host"),
    ("email", {"smtp_use_tls": "perhaps"}, "/values/smtp_use_tls", "boolean"),
    ("branding", {"platform_name": "x" * 61}, "/values/platform_name", "too_long"),
    ("email", {"email_from_name": "x" * 61}, "/values/email_from_name", "too_long"),
    ("email", {"smtp_user": "x" * 256}, "/values/smtp_user", "too_long"),
    ("email", {"email_reply_to": f"a@{'example.' * 40}lu"}, "/values/email_reply_to", "too_long"),
    ("branding", {"privacy_url": f"https://x.example/{'x' * 2000}"}, "/values/privacy_url", "too_long"),
    ("branding", {"platform_name": " "}, "/values/platform_name", "required"),
    ("branding", {"support_email": "help@"}, "/values/support_email", "mail_address"),
    ("limits", {"a/b~": 1}, "/values/a~1b~0", "unknown"),
    ("limits", {"stamp_per_minute": 10**40}, "/values/stamp_per_minute", "whole_number"),
    ("limits", {"stamp_per_minute": True}, "/values/stamp_per_minute", "whole_number"),
    ("branding", {"privacy_url": "javascript:alert(1)"}, "/values/privacy_url", "url"),
    ("servers", {"database_url": "postgresql:///x"}, "/values/database_url", "fixed_by_environment"),
    ("wallets", {"apple_wallet_key_password": "x"}, "/values/apple_wallet_key_password", "fixed_by_environment"),
]


@pytest.mark.parametrize(("category", "values", "pointer", "code"), REFUSED)
async def test_what_a_process_would_not_start_with_is_not_saved(
    ada: Administrator, category: str, values: dict[str, Any], pointer: str, code: str
) -> None:
    before = await ada.category(category)
    for change in (ada.save, ada.check):
        with refused("validation_failed", 422) as said:
            await change(category, **values)
        (error,) = said[0]["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)
        assert error["detail"].endswith(".")
        assert "%(" not in error["detail"]
    assert await ada.category(category) == before


async def test_a_password_goes_to_another_server_only_when_it_is_entered_with_it(ada: Administrator) -> None:
    await ada.save("email", smtp_host="mail.elsewhere.example", smtp_password="known")
    with refused("validation_failed", 422):
        # The environment's would go there.
        await ada.reset("email", "smtp_password")
    await ada.save("email", smtp_host=None)
    await ada.reset("email")
    await ada.save("email", smtp_host="mail.elsewhere.example", smtp_user="", smtp_password="")
    assert (await ada.setting("email", "smtp_password"))["is_set"] is False


async def test_all_errors_are_told_at_once_in_the_readers_language(ada: Administrator) -> None:
    with refused("validation_failed", 422) as said:
        await ada.reading("de").save("limits", stamp_per_minute=0, earn_per_minute="x")
    assert [error["pointer"] for error in said[0]["errors"]] == ["/values/stamp_per_minute", "/values/earn_per_minute"]
    assert said[0]["errors"][0]["detail"] == "Geben Sie eine ganze Zahl von 1 bis 10000 ein."


async def test_a_preview_tells_what_would_change_and_saves_nothing(ada: Administrator) -> None:
    before = await ada.category("email")
    told = await ada.check("email", smtp_port=2525, smtp_password=CANARY, smtp_host="mail.environment.example")
    assert {
        each["key"]: msgspec.structs.asdict(each) if hasattr(each, "key") else each for each in told["differences"]
    } == {
        "smtp_host": {
            "key": "smtp_host",
            "is_secret": False,
            "before": "mail.environment.example",
            "before_source": "environment",
            "after": "mail.environment.example",
            "after_source": "database",
        },
        "smtp_port": {
            "key": "smtp_port",
            "is_secret": False,
            "before": 587,
            "before_source": "default",
            "after": 2525,
            "after_source": "database",
        },
        "smtp_password": {
            "key": "smtp_password",
            "is_secret": True,
            "before": None,
            "before_source": "environment",
            "after": None,
            "after_source": "database",
        },
    }
    assert await ada.category("email") == before


async def test_who_changed_what_and_why_is_audited_without_secrets(
    ada: Administrator, superuser: asyncpg.Connection
) -> None:
    await ada.save("email", smtp_port=2525, smtp_password=CANARY, reason="465 is blocked")
    entry = await superuser.fetchrow("SELECT * FROM platform_audit_entries ORDER BY id DESC LIMIT 1")
    assert (entry["action"], entry["subject"], entry["user_name"], entry["reason"]) == (
        "settings.changed",
        "email",
        ADA.name,
        "465 is blocked",
    )
    assert msgspec.json.decode(entry["before"])["smtp_port"] == {"value": 587, "source": "default"}
    after = msgspec.json.decode(entry["after"])
    assert after["smtp_port"] == {"value": 2525, "source": "database"}
    assert after["smtp_password"] == {"is_set": True, "source": "database", "replaced": True}


async def test_settings_are_the_platforms(ada: Administrator, anonymous: AnonymousCaller, sign_in: SignIn) -> None:
    claire = await sign_in(CLAIRE)
    with refused("forbidden", 403):
        await claire.get("/admin/settings")
    with refused("setting_category_not_found", 404):
        await ada.category("weather")
    with refused("setting_not_found", 404):
        await ada.reset("limits", "smtp_port")


async def test_a_person_who_may_name_the_mail_server_can_read_every_one_time_link_so_only_super_admins_do(
    http: httpx.AsyncClient, anonymous: AnonymousCaller
) -> None:
    paul = await anonymous.sign_in(PAUL.email, PASSWORD)
    headers = {"Authorization": f"Bearer {paul['token']}", "If-Match": '"0"'}
    body = {"values": {"smtp_host": "mail.paul.example", "smtp_user": "paul", "smtp_password": "paul"}}
    for method, path in (
        ("GET", "/admin/settings"),
        ("PATCH", "/admin/settings/email"),
        ("POST", "/admin/settings/email/check"),
        ("DELETE", "/admin/settings/email"),
        ("POST", "/admin/settings/email/connection-test"),
    ):
        answer = await http.request(method, f"/api/v1{path}", headers=headers, json=None if method == "GET" else body)
        assert answer.status_code == 403, path
