"""The `orion` command. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done."""

import sys

import rich_click as click
import structlog

from backend.cli.audit import audit
from backend.cli.explain import explain
from backend.cli.ledger import ledger
from backend.cli.mail import mail
from backend.cli.migrate import migrate
from backend.cli.openapi import openapi
from backend.cli.points import points
from backend.cli.processes import backend, frontend, worker
from backend.cli.settings import settings
from backend.cli.templates import templates
from backend.cli.users import users
from backend.cli.wallets import wallets
from environment.development import development_module
from i18n.cli import i18n

development = development_module("backend.dev.commands")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def orion(context: click.Context) -> None:
    """Orion, a loyalty platform for merchants. Connects to the servers of `make run` while they are running."""
    if development is not None and context.invoked_subcommand != "dev":
        development.load_dev_environment()


for command in (
    backend,
    frontend,
    worker,
    migrate,
    settings,
    users,
    templates,
    points,
    ledger,
    audit,
    wallets,
    mail,
    explain,
    i18n,
    openapi,
):
    orion.add_command(command)
if development is not None:
    orion.add_command(development.dev)
    orion.add_command(development.psql)
    orion.add_command(development.seed)


def main() -> None:
    # Answers, also as JSON, are on standard output. Processes configure their own logs.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    orion()
