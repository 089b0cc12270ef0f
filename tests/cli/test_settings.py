"""`orion settings`: an operator at night, with a terminal and perhaps without Redis."""

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner, Result

from backend.cli import orion as cli
from backend.core.settings import Settings
from tests.conftest import Servers

Orion = Callable[..., Awaitable[Result]]
CANARY = "Kanari3nv0gel"


@pytest.fixture
def orion(fresh_settings: Settings) -> Orion:
    """`result = await orion("settings", "get", "smtp_port", entered="…")`; other keyword arguments are settings."""
    environment = {
        "ORION_ENVIRONMENT": "test",
        "ORION_DATABASE_URL": fresh_settings.database_url,
        # Nobody listens there: what an operator must change at night needs no Redis.
        "ORION_REDIS_URL": "redis://127.0.0.1:1",
        "ORION_SECRET_KEYS": fresh_settings.secret_keys,
        "ORION_EMAIL_PROVIDER": "smtp",
        "ORION_SMTP_HOST": "mail.example",
        "ORION_SMTP_USE_TLS": "true",
    }

    async def run(*words: str, entered: str | None = None, **values: str) -> Result:
        told = environment | {f"ORION_{name.upper()}": value for name, value in values.items()}
        return await asyncio.to_thread(CliRunner().invoke, cli.orion, ["settings", *words], env=told, input=entered)

    return run


@pytest.fixture
async def owner(servers: Servers, fresh_settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(fresh_settings.database_owner_url)
    yield connection
    await connection.close()


async def test_a_value_is_set_shown_and_taken_back(orion: Orion, owner: asyncpg.Connection) -> None:
    assert (await orion("get", "smtp_port")).output == "587  (default)\n"
    done = await orion("set", "smtp_port", "2525", "--reason", "465 is blocked")
    assert (done.exit_code, done.output) == (0, "smtp_port is set.\n")
    shown = await orion("get", "smtp_port")
    assert shown.output.startswith(f"2525  (database, by {getpass.getuser()} at the command line at ")
    told = msgspec.json.decode((await orion("get", "smtp_port", "--json")).output)
    assert (told["key"], told["value"], told["source"]) == ("smtp_port", 2525, "database")
    assert (await orion("unset", "smtp_port")).exit_code == 0
    assert (await orion("get", "smtp_port")).output == "587  (default)\n"
    entries = await owner.fetch("SELECT user_name, user_id, reason FROM platform_audit_entries ORDER BY id")
    assert [tuple(entry) for entry in entries] == [
        (f"{getpass.getuser()} at the command line", None, "465 is blocked"),
        (f"{getpass.getuser()} at the command line", None, None),
    ]


async def test_the_list_names_every_source(orion: Orion) -> None:
    await orion("set", "stamp_per_minute=7")
    lines = (await orion("list")).output.splitlines()
    sources = {line.split()[1]: line.split()[2:] for line in lines}
    assert sources["smtp_host"] == ["environment", "mail.example"]
    assert sources["stamp_per_minute"] == ["database", "7"]
    assert sources["smtp_port"] == ["default", "587"]
    assert sources["secret_keys"] == ["environment", "••••••••"]
    told = msgspec.json.decode((await orion("list", "--category", "limits", "--json")).output)
    assert {setting["category"] for setting in told} == {"limits"}


async def test_a_secret_is_entered_and_never_shown(orion: Orion, owner: asyncpg.Connection) -> None:
    refused = await orion("set", f"smtp_password={CANARY}")
    assert (refused.exit_code, CANARY in refused.output) == (2, False)
    assert (await orion("set", "smtp_password", entered=f"{CANARY}\n", smtp_user="u", smtp_password="p")).exit_code == 0
    told = {"smtp_user": "u", "smtp_password": "p"}
    for words in (("get", "smtp_password"), ("get", "smtp_password", "--json"), ("list",), ("list", "--json")):
        shown = await orion(*words, **told)
        assert (shown.exit_code, CANARY in shown.output) == (0, False)
    assert "••••" in (await orion("get", "smtp_password", **told)).output
    for table in ("setting_overrides", "platform_audit_entries"):
        rows = await owner.fetch(f"SELECT t::text AS row FROM {table} t")
        assert rows
        assert CANARY not in "".join(row["row"] for row in rows)


async def test_what_belongs_together_is_set_together_or_not_at_all(orion: Orion) -> None:
    """Another port with its encryption, a user with a password: each alone would contradict the rest."""
    alone = await orion("set", "smtp_use_tls=false", "enroll_per_minute=7")
    assert (alone.exit_code, "smtp_use_tls" in alone.output) == (1, True)
    assert (await orion("get", "enroll_per_minute")).output == "10  (default)\n"
    done = await orion("set", "smtp_port=465", "smtp_use_tls=false", "smtp_use_ssl=true", "enroll_per_minute=7")
    assert (done.exit_code, done.output.count("is set.")) == (0, 4)
    assert (await orion("set", "smtp_user=cards", "smtp_password", entered=f"{CANARY}\n")).exit_code == 0
    assert (await orion("unset", "smtp_user")).exit_code == 1
    assert (await orion("unset", "smtp_user", "smtp_password")).exit_code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("set", "smtp_port=many"), 1, "smtp_port: Enter a whole number from 1 to 65535."),
        (("set", "email_provider=console"), 1, "email_provider: With the provider “console” no email leaves Orion."),
        (("set", "public_url=https://a.example"), 1, "public_url: Only ORION_PUBLIC_URL in the environment sets"),
        (("set", "smtp_ports=25"), 2, "There is no setting smtp_ports"),
        (("get", "smtp_ports"), 2, "There is no setting smtp_ports"),
        (("unset", "smtp_ports"), 2, "There is no setting smtp_ports"),
        (("list", "--category", "weather"), 2, "weather"),
    ],
)
async def test_what_is_refused_says_why(orion: Orion, words: tuple[str, ...], code: int, said: str) -> None:
    result = await orion(*words)
    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert "Traceback" not in result.output


async def test_the_keys_are_rotated_by_a_command_that_counts(orion: Orion, fresh_settings: Settings) -> None:
    told = {"smtp_user": "u", "smtp_password": "p"}
    await orion("set", "smtp_password", entered=f"{CANARY}\n", **told)
    old, new = fresh_settings.secret_keys, "a newer key"
    first = await orion("rotate-keys", "--json", secret_keys=f"{new},{old}")
    second = await orion("rotate-keys", "--json", secret_keys=f"{new},{old}")
    counts = [msgspec.json.decode(each.output)["setting_overrides.sealed_value"] for each in (first, second)]
    assert counts == [
        {"resealed": 1, "current": 0, "unreadable": 0},
        {"resealed": 0, "current": 1, "unreadable": 0},
    ]
    alone = await orion("get", "smtp_password", "--json", secret_keys=new, **told)
    assert (msgspec.json.decode(alone.output)["source"], first.exit_code) == ("database", 0)
    lost = await orion("rotate-keys", secret_keys="a key that was never there")
    assert (lost.exit_code, "1 unreadable" in lost.output) == (3, True)
