"""`orion status`: what runs, what is behind, what fails, and what happened last night, on one screen."""

import sys
from collections.abc import Iterator, Sequence

import rich_click as click
from msgspec import to_builtins

from backend.cli.output import DONE, FAILED, LANGUAGE, as_json_too, print_json, run_or_end, settings
from backend.core.settings import Settings
from backend.core.startup import check_reachable
from backend.operations.readiness.actions import open_probe
from backend.operations.readiness.board import OF_A_COMMAND, run_checks
from backend.operations.readiness.platform.checks import PLATFORM_CHECKS
from backend.operations.readiness.schemas import ReadinessRow
from backend.services import open_services

RUNNING = ("backends", "workers", "redis", "maintenance")
BEHIND = ("outbox", "email_queue", "passes", "webhooks", "reviews")
FAILING = (*RUNNING, *BEHIND, "migrations", "email_settings", "email_delivery", "google_wallet", "apple_wallet")
"""And the timed tasks."""
CHECKS = tuple(check for check in PLATFORM_CHECKS if check.name in FAILING or check.group == "tasks")
WIDTH = 34


@click.command()
@as_json_too
def status(as_json: bool) -> None:
    """Show what runs, what is behind, what fails with the command to type, and the last runs. Exit 1 when one fails."""
    rows = run_or_end(_look(settings()))
    failing = [row for row in rows if row.state != "ok"]
    sections = {
        "running": [row for row in rows if row.name in RUNNING],
        "behind": [row for row in rows if row.name in BEHIND],
        "failing": failing,
        "last_runs": [row for row in rows if row.group == "tasks"],
    }
    if as_json:
        print_json({"is_failing": bool(failing)} | to_builtins(sections))
    else:
        click.echo("\n".join(_lines(sections)))
    sys.exit(FAILED if failing else DONE)


async def _look(loaded: Settings) -> Sequence[ReadinessRow]:
    """Also when the database is behind. Raises StartRefused, soon, when it cannot be reached."""
    await check_reachable(loaded)
    async with open_services(loaded) as services:
        return await run_checks(open_probe(services, services.live), CHECKS, LANGUAGE, OF_A_COMMAND)


def _lines(sections: dict[str, list[ReadinessRow]]) -> Iterator[str]:
    yield click.style("running", bold=True)
    for row in sections["running"]:
        yield _line(row, row.evidence)
        yield from (f"  {'':{WIDTH}}{detail}" for detail in row.details)
    yield click.style("behind", bold=True)
    for row in sections["behind"]:
        yield _line(row, row.evidence)
    yield click.style("failing", bold=True)
    for row in sections["failing"]:
        yield click.style(_line(row, row.evidence), fg="red" if row.state == "blocks" else "yellow")
        if row.command or row.next_step:
            yield f"  {'':{WIDTH}}→ {row.command or row.next_step}"
    if not sections["failing"]:
        yield "  nothing"
    yield click.style("last runs", bold=True)
    for row in sections["last_runs"]:
        at = f"{row.at:%m-%d %H:%M} UTC" if row.at else "–"
        yield _line(row, " ".join([f"{at:16}", row.evidence, *row.details]))


def _line(row: ReadinessRow, text: str) -> str:
    return f"  {row.title:{WIDTH}}{text}"
