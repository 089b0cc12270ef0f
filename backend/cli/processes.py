"""`orion backend`, `frontend` and `worker`: the three processes."""

import os
import sys

import rich_click as click

from backend.cli.output import run_or_end, settings
from backend.core.database import open_pool
from backend.core.settings import Settings
from backend.core.startup import check_start
from backend.wallets.open import check_wallet_files
from environment.places import check_place, serve


@click.command()
def backend() -> None:
    """The JSON API at ORION_BACKEND_HOST and ORION_BACKEND_PORT."""
    given = settings()
    run_or_end(_check(given))
    serve("backend.app:create_app", given.backend_host, given.backend_port)


async def _check(given: Settings) -> None:
    check_wallet_files(given)
    check_place(given, "backend_host", "backend_port")
    await check_start(given)
    # Of what keeps them from opening, the server could show a traceback alone.
    await (await open_pool(given)).close()


@click.command()
def frontend() -> None:
    """The pages at ORION_FRONTEND_HOST and ORION_FRONTEND_PORT; knows no database."""
    _become("frontend.main")


@click.command()
def worker() -> None:
    """The background worker."""
    _become("workers.main")


def _become(module: str) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module])  # noqa: S606 - our own interpreter
