"""`orion backend`."""

import rich_click as click

from backend.cli.output import run_or_end, settings
from backend.core import startup
from backend.core.database import open_pool
from backend.core.logs import configure_logs
from backend.core.settings import Settings
from backend.wallets.open import check_wallet_files
from environment.server import check_address, serve


@click.command()
def backend() -> None:
    """Run the JSON API at ORION_BACKEND_HOST and ORION_BACKEND_PORT."""
    loaded = settings()
    run_or_end(_check(loaded))
    serve("backend.app:create_app", loaded.backend_host, loaded.backend_port)


async def _check(loaded: Settings) -> None:
    check_wallet_files(loaded)
    check_address(loaded, "backend_host", "backend_port")
    configure_logs(loaded, "backend")
    patience = startup.PATIENCE_SECONDS
    await startup.check_start(loaded, patience_seconds=patience)
    # Opened once here: a failure inside the server would only show as a traceback.
    await (await open_pool(loaded, patience_seconds=patience)).close()
