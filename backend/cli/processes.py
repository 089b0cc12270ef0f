"""`orion frontend` and `worker`, which check their settings themselves."""

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


def _replace_process(module: str) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module])  # noqa: S606 - our own interpreter
