"""A secret that was entered once is found nowhere."""

import asyncio
import io
import subprocess
import traceback

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.origin import PlatformOrigin
from backend.core.problems import Problem
from backend.core.settings import Settings, SettingsError
from backend.dev.servers.identity import program
from backend.services import Services
from backend.settings.actions import SettingsEditor
from backend.settings.resolver import decode_alone
from backend.settings.schemas import SettingsChange
from tests.conftest import Servers
from tests.settings.administrator import Administrator
from tests.settings.conftest import CANARY, DATABASE


async def test_a_planted_password_is_in_no_answer_log_entry_or_backup(
    ada: Administrator, services: Services, servers: Servers, superuser: asyncpg.Connection, log_tape: io.StringIO
) -> None:
    await ada.save("email", smtp_password=CANARY, sendgrid_api_key=f"{CANARY}-key", reason="A new provider")
    await services.live.refresh()
    assert services.live.current.email.smtp_password == CANARY
    answers = [
        await ada.send("GET", "/admin/settings"),
        await ada.send("GET", "/admin/settings/email"),
        await ada.send("GET", "/storefront/branding"),
        await ada.send("GET", "/openapi.json"),
    ]
    version = (await ada.category("email"))["version"]
    headers = {"if-match": f'"{version}"'}
    entered = {"smtp_password": f"{CANARY}\n2"}, {"smtp_password": f"{CANARY}2"}, {"smtp_port": CANARY}
    answers += [
        await ada.send("POST", "/admin/settings/email/check", json={"values": values}, headers=headers)
        for values in entered
    ]
    answers.append(await ada.send("PATCH", "/admin/settings/email", json={"values": [CANARY]}, headers=headers))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 422, 200, 422, 422]
    assert CANARY not in "".join(answer.text for answer in answers)
    assert CANARY not in log_tape.getvalue()
    entries = await superuser.fetch("SELECT e::text AS row FROM platform_audit_entries e")
    assert CANARY not in "".join(entry["row"] for entry in entries)
    dump = await asyncio.to_thread(dumped, servers.superuser_url(DATABASE))
    assert "setting_overrides" in dump
    assert CANARY not in dump


async def test_no_exception_quotes_a_secret(services: Services, settings: Settings) -> None:
    with pytest.raises(SettingsError) as wrong:
        decode_alone("email", "sendgrid_api_key", f"{CANARY} and more")
    async with services.sessions.committing() as session:
        editor = SettingsEditor(session, services.live, PlatformOrigin(None, "Somebody", "en", clock.now()), "email")
        with pytest.raises(Problem) as refused:
            await editor.change(SettingsChange({"smtp_password": f"{CANARY}\n" * 2}), "*")
    for error in (wrong.value, refused.value):
        assert CANARY not in "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))


def dumped(url: str) -> str:
    command = [str(program("pg_dump")), "--inserts", url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
