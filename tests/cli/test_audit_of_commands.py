"""Whatever the `orion` command changes of rights, settings or secrets is in the audit, with who ran it."""

import asyncio
import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg
import pytest
import rich_click as click
from click.testing import CliRunner, Result

from backend.audit.field_labels import FIELDS
from backend.audit.labels import ACTIONS
from backend.cli.orion import orion as root
from backend.core.settings import Settings
from tests.conftest import Servers

ADMIN, PASSWORD = "late@orion.example", "kettle orbit walnut"


@dataclass(frozen=True)
class Run:
    """What is run, what was run before it, and the action of the entry."""

    action: str
    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()


CREATED = ("users", "create-admin", ADMIN, "--password", PASSWORD)
OTHER_CREATED = ("users", "create-admin", "early@orion.example", "--password", PASSWORD)
PORT_SET = ("settings", "set", "smtp_port", "2525")
WRITES = {
    "settings set": Run("settings.changed", PORT_SET),
    "settings unset": Run("settings.changed", ("settings", "unset", "smtp_port"), (PORT_SET,)),
    "maintenance on": Run("settings.changed", ("maintenance", "on", "--minutes", "30")),
    "maintenance off": Run("settings.changed", ("maintenance", "off"), (("maintenance", "on"),)),
    "settings confirm-escrow": Run("secrets.escrow_confirmed", ("settings", "confirm-escrow", "a safe")),
    "settings rotate-keys": Run("secrets.resealed", ("settings", "rotate-keys"), (CREATED,)),
    "users create-admin": Run("user.created", CREATED),
    "users invite": Run("invitation.sent", ("users", "invite", ADMIN)),
    "users deactivate": Run("user.removed", ("users", "deactivate", ADMIN), (OTHER_CREATED, CREATED)),
    "users reset": Run("account.factors_reset", ("users", "reset", ADMIN), (CREATED,)),
    "templates seed": Run("email_template.seeded", ("templates", "seed")),
}
WRITES_NOTHING = {
    "backend": "a process; its operations: tests/audit/operations.py",
    "frontend": "a process without a database",
    "worker": "a process; what a schedule does, nobody has decided",
    "assets": "files",
    "maintenance status": "reads",
    "migrate up": "the schema, by its owner; alembic_version has the revision",
    "migrate down": "the same",
    "migrate status": "reads",
    "settings list": "reads",
    "settings get": "reads",
    "users activate": "writes account.activated: tests/cli/test_accounts.py",
    "users list": "reads",
    "customers mark-test": "writes customer.test_mark_changed in the merchant's chain: tests/cli/test_cleanup.py",
    "cleanup": "writes test_data.removed when somebody was removed: tests/cli/test_cleanup.py",
    "keys list": "reads",
    "keys revoke": "writes api_key.revoked in the merchant's chain: tests/cli/test_keys.py",
    "templates check": "reads",
    "points expire": "what the schedule does, at once: the ledger has a chain of its own",
    "points warn": "the same; the email log has the emails",
    "ledger audit": "reads, and freezes what is wrong: the ledger has a chain of its own",
    "ledger unfreeze": "writes card.unfrozen: tests/loyalty/ledger/audit/test_audit.py",
    "audit list": "reads",
    "outbox list": "reads",
    "outbox release": "writes events.released: tests/cli/test_outbox.py",
    "devices list": "reads",
    "webhooks list": "reads",
    "devices simulate": "is a tablet, and nobody at the command line: what it books names it",
    "devices revoke": "writes device.revoked to the merchant’s chain: tests/cli/test_devices.py",
    "audit verify": "reads, and keeps the verdict beside the head",
    "doctor": "reads",
    "status": "reads",
    "wallets check": "reads, and keeps what it found as a run",
    "wallets sync": "what the schedule does, at once: task_runs has the run",
    "mail test": "the email log has the test email",
    "explain card": "reads",
    "explain mail": "reads",
    "explain pass": "reads",
    "explain transaction": "reads",
    "explain user": "reads",
    "explain webhook": "reads",
    "i18n add": "files of the code",
    "i18n check": "files of the code",
    "i18n extract": "files of the code",
    "i18n import": "files of the code",
    "i18n normalize": "files of the code",
    "i18n pseudo": "files of the code",
    "i18n report": "files of the code",
    "i18n tbx": "a file",
    "i18n update": "files of the code",
    "openapi": "a file",
    "dev": "development only",
    "translate": "development only",
    "psql": "development only",
    "seed": "development only",
}
"""And why."""
ENTRIES = """
    SELECT action, subject, user_id, user_name, after FROM platform_audit_entries ORDER BY seq DESC
"""
AS_BEFORE_AN_UPDATE = """
    SET session_replication_role = replica;
    DELETE FROM email_template_versions; DELETE FROM email_templates
"""


def verbs(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        known = command.get_command(context, name)
        assert known is not None
        yield from verbs(known, (*path, name))


def test_a_new_verb_says_on_its_first_day_what_it_writes() -> None:
    assert set(verbs(root)) == WRITES.keys() | WRITES_NOTHING.keys()
    assert not WRITES.keys() & WRITES_NOTHING.keys()


@pytest.mark.parametrize("verb", WRITES)
async def test_a_verb_writes_its_entry_with_who_ran_it(servers: Servers, fresh_settings: Settings, verb: str) -> None:
    environment = {
        "ORION_ENVIRONMENT": "test",
        "ORION_DATABASE_URL": fresh_settings.database_url,
        "ORION_REDIS_URL": fresh_settings.redis_url,
        "ORION_SECRET_KEYS": fresh_settings.secret_keys,
    }

    async def run(words: tuple[str, ...]) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, root, list(words), env=environment)

    connection = await asyncpg.connect(servers.superuser_url(urlsplit(fresh_settings.database_url).path[1:]))
    try:
        if verb == "templates seed":
            await connection.execute(AS_BEFORE_AN_UPDATE)
        for words in WRITES[verb].before:
            assert (await run(words)).exit_code == 0
        known = len(await connection.fetch(ENTRIES))
        done = await run(WRITES[verb].words)
        assert done.exit_code == 0, done.output
        entries = await connection.fetch(ENTRIES)
        assert len(entries) == known + 1
        assert (entries[0]["action"], entries[0]["user_id"]) == (WRITES[verb].action, None)
        assert entries[0]["user_name"] == f"{getpass.getuser()} at the command line"
        assert WRITES[verb].action in ACTIONS
        assert PASSWORD not in str(dict(entries[0]))
    finally:
        await connection.close()
    assert {"added", "updated", "resealed", "unreadable"} <= FIELDS.keys()
