"""`orion doctor`: whether the platform, or a merchant, is ready for customers."""

import sys
from collections.abc import Iterator
from itertools import groupby

import rich_click as click
from msgspec import to_builtins

from backend.cli.doctor_notify import watch
from backend.cli.output import DONE, FAILED, LANGUAGE, as_json_too, print_json, run_or_end, settings
from backend.core.next_steps import in_utc
from backend.core.problems import Problem
from backend.core.settings import Settings
from backend.core.startup import check_reachable
from backend.operations.readiness.actions import merchant_board, open_probe, platform_board
from backend.operations.readiness.board import OF_A_COMMAND
from backend.operations.readiness.schemas import ReadinessBoard, ReadinessRow
from backend.services import open_services

MARKS = {"ok": ("ok", "green"), "warning": ("WARNING", "yellow"), "blocks": ("BLOCKS", "red"), "unknown": ("?", "cyan")}
INDENT = " " * 10


@click.command()
@click.option("--merchant", "merchant_code", metavar="CODE", help="Of this merchant, not of the platform.")
@click.option(
    "--notify", is_flag=True, help="Email what blocks to ORION_ALARM_EMAILS; call ORION_ALIVE_URL when nothing does."
)
@click.option("--every", metavar="SECONDS", type=click.FloatRange(min=5), help="With --notify: look again and again.")
@as_json_too
def doctor(merchant_code: str | None, notify: bool, every: float | None, as_json: bool) -> None:
    """Look at everything that has to be right, with the next step for what is not. Exit 1 when something blocks.

    With --notify only what blocks is printed. It is emailed when it begins, each day, and when it has ended.
    """
    if every is not None and not notify:
        raise click.UsageError("--every needs --notify.")
    if notify:
        if merchant_code is not None or as_json:
            raise click.UsageError("--notify looks at the platform, and prints no JSON.")
        sys.exit(DONE if run_or_end(watch(settings(), every=every)) else FAILED)
    try:
        board = run_or_end(_look(settings(), merchant_code))
    except Problem as problem:
        raise click.UsageError(problem.title) from problem
    if as_json:
        print_json(to_builtins(board))
    else:
        click.echo("\n".join(_lines(board)))
    sys.exit(FAILED if board.state == "blocks" else DONE)


async def _look(loaded: Settings, merchant_code: str | None) -> ReadinessBoard:
    """Also when the database is behind: the board says so. Raises StartRefused, soon, when it cannot be reached."""
    await check_reachable(loaded)
    async with open_services(loaded) as services:
        probe = open_probe(services, services.live)
        if merchant_code is not None:
            return await merchant_board(probe, merchant_code, LANGUAGE, OF_A_COMMAND)
        return await platform_board(probe, LANGUAGE, OF_A_COMMAND)


def _lines(board: ReadinessBoard) -> Iterator[str]:
    for group, rows in groupby(board.rows, key=lambda row: row.group):
        yield click.style(group, bold=True)
        for row in rows:
            yield from _row_lines(row)
    counts = {mark: sum(row.state == state for row in board.rows) for state, (mark, _) in MARKS.items()}
    about = f"{board.merchant_name} ({board.merchant_code})" if board.merchant_code else "The platform"
    told = ", ".join(f"{count} {mark}" for mark, count in counts.items() if count)
    yield f"\n{about}, {in_utc(board.checked_at)}: {told}"


def _row_lines(row: ReadinessRow) -> Iterator[str]:
    mark, color = MARKS[row.state]
    at = f" ({row.at:%m-%d %H:%M:%S} UTC)" if row.at else ""
    yield f"  {click.style(f'{mark:8}', fg=color)}{click.style(row.title, bold=True)}: {row.evidence}{at}"
    if row.state == "ok":
        return
    for detail in row.details:
        yield f"{INDENT}{detail}"
    if row.next_step:
        yield f"{INDENT}→ {row.next_step}"
    for label, where in (("type", row.command), ("page", row.page), ("read", row.runbook)):
        if where:
            yield f"{INDENT}  {label}: {where}"
