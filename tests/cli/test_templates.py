"""`orion templates`: the texts of emails, brought and checked from the command line."""

import json

import asyncpg
import pytest

from backend.core.settings import Settings
from backend.messaging.templates.catalog import TEMPLATES
from i18n.locales import LANGUAGES
from tests.cli.conftest import Orion
from tests.conftest import Servers, database_of

TOTAL = len(TEMPLATES) * len(LANGUAGES)
NOBODYS = "SET session_replication_role = replica"


@pytest.fixture
async def texts(servers: Servers, fresh_settings: Settings) -> asyncpg.Connection:
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    await connection.execute(NOBODYS)
    yield connection
    await connection.close()


async def test_texts_are_added_once_and_then_all_right(
    orion: Orion,
    fresh_settings: Settings,
    texts: asyncpg.Connection,
) -> None:
    await texts.execute("DELETE FROM email_template_versions")
    await texts.execute("DELETE FROM email_templates")
    there = {"database_url": fresh_settings.database_url}
    missing = await orion("templates", "check", **there)
    assert missing.exit_code == 1
    assert missing.output.startswith(f"0 of {TOTAL} texts are stored and can be sent.\n")
    assert (await orion("templates", "seed", **there)).output == f"{TOTAL} added, 0 updated, 0 unchanged.\n"
    again = json.loads((await orion("templates", "seed", "--json", **there)).output)
    assert again == {"added": [], "updated": [], "kept": [], "unchanged": TOTAL}
    right = await orion("templates", "check", "--json", **there)
    assert (right.exit_code, json.loads(right.output)) == (0, {"texts": TOTAL, "problems": []})


async def test_a_text_that_cannot_be_sent_is_named_with_its_place(
    orion: Orion,
    fresh_settings: Settings,
    texts: asyncpg.Connection,
) -> None:
    await texts.execute(
        "UPDATE email_templates SET body = '<h1>{{ a.b }}</h1>' WHERE code = 'loyalty_card_link' AND language = 'de'"
    )
    result = await orion("templates", "check", database_url=fresh_settings.database_url)
    assert result.exit_code == 1
    sentence = "loyalty_card_link/de: invalid, body:1:5 unknown_variable, body:1:1 required_missing"
    assert sentence in result.output.splitlines()
