"""The `orion` command. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done."""

import sys
from importlib import import_module

import rich_click as click
import structlog

from environment.development import development_module
from environment.logs import cutting_tokens

MODULES = {
    "backend": "backend.cli.backend",
    "frontend": "backend.cli.processes",
    "worker": "backend.cli.processes",
    "assets": "backend.cli.processes",
    "migrate": "backend.cli.migrate",
    "doctor": "backend.cli.doctor",
    "status": "backend.cli.status",
    "settings": "backend.cli.settings",
    "maintenance": "backend.cli.maintenance",
    "users": "backend.cli.users",
    "keys": "backend.cli.keys",
    "customers": "backend.cli.customers",
    "cleanup": "backend.cli.cleanup",
    "templates": "backend.cli.templates",
    "points": "backend.cli.points",
    "ledger": "backend.cli.ledger",
    "audit": "backend.cli.audit",
    "outbox": "backend.cli.outbox",
    "devices": "backend.cli.devices",
    "webhooks": "backend.cli.webhooks",
    "wallets": "backend.cli.wallets",
    "mail": "backend.cli.mail",
    "explain": "backend.cli.explain",
    "i18n": "i18n.cli",
    "openapi": "backend.cli.openapi",
}
"""Where each command is defined, under its own name."""
DEVELOPMENT = dict.fromkeys(("dev", "translate", "psql", "seed"), "backend.dev.commands")
state_file = development_module("backend.dev.servers.state_file")


class CommandsByModule(click.RichGroup):
    """Imports a command when it is used: all of them together take seconds."""

    modules = MODULES | (DEVELOPMENT if state_file else {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.modules:
            return None
        command: click.Command = getattr(import_module(self.modules[cmd_name]), cmd_name)
        return command


@click.group(cls=CommandsByModule, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="orion", message="%(version)s")
@click.pass_context
def orion(context: click.Context) -> None:
    """Orion, a loyalty platform for merchants. Connects to the servers of `make run` while they are running."""
    if state_file is not None and context.invoked_subcommand not in {"dev", "translate"}:
        state_file.load_dev_environment()


def main() -> None:
    log_to_stderr()
    orion()


def log_to_stderr() -> None:
    """Answers, also as JSON, are on standard output. Processes configure their own logs."""
    # A traceback with local variables would show secrets and people, and push the answer off the screen.
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            cutting_tokens(console),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
