"""`orion frontend`, `worker` and `assets`: programs of their own."""

import os
import sys

import rich_click as click


@click.command()
def frontend() -> None:
    """Run the web pages at ORION_FRONTEND_HOST and ORION_FRONTEND_PORT. They need the backend, and no database."""
    _replace_process("frontend.main")


@click.command()
def worker() -> None:
    """Run the worker: queued jobs and scheduled tasks."""
    _replace_process("workers.main")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, writable=True))
def assets(folder: str) -> None:
    """Write the static files to FOLDER, compressed too, for a web server in front. Those of earlier versions stay."""
    _replace_process("frontend.export", folder)


def _replace_process(module: str, *arguments: str) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - our own interpreter
