"""`orion points`: books expired points, and warns holders before points expire."""

import sys
from typing import Any
from uuid import UUID

import rich_click as click

from backend.cli.output import (
    DONE,
    FAILED,
    PARTLY_DONE,
    as_json_too,
    find_merchant_id,
    of_merchant,
    print_json,
    with_services_or_refusal,
)
from backend.core.clock import clock
from backend.operations.ledger.points import EXPIRY, WARNING, PointsTask
from backend.operations.task_runs.last_runs import get_failed_run
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.queries import get_run
from backend.operations.task_runs.views import run_facts
from backend.services import Services

only_failed = click.option("--failed", is_flag=True, help="Only the cards that failed in the last run.")
of_run = click.option("--run", "run_id", type=click.UUID, metavar="ID", help="Only the cards that failed in this run.")


@click.group()
def points() -> None:
    """Expiry of points."""


@points.command("expire")
@of_merchant
@click.option("--dry-run", is_flag=True, help="Report what would expire, and book nothing.")
@only_failed
@of_run
@as_json_too
def expire_points(as_json: bool, **chosen: Any) -> None:
    """Book points that have expired. Exit 3 when some cards failed."""
    facts = _run_points(EXPIRY, **chosen)
    does = "would expire" if facts["dry_run"] else "have expired"
    sentence = f"{facts['expired_points']} points of {facts['processed']} cards {does}"
    _print_points(facts, EXPIRY, sentence, as_json=as_json)


@points.command("warn")
@of_merchant
@click.option("--dry-run", is_flag=True, help="Report who would be warned, and warn nobody.")
@only_failed
@of_run
@as_json_too
def warn_of_expiry(as_json: bool, **chosen: Any) -> None:
    """Warn customers once of points that expire within two weeks. Exit 3 when some cards failed."""
    facts = _run_points(WARNING, **chosen)
    does = "would be told of" if facts["dry_run"] else "were told of"
    sentence = f"{facts['processed']} cards {does} {facts['expiring_points']} points"
    _print_points(facts, WARNING, sentence, as_json=as_json)


def _run_points(
    task: PointsTask, *, merchant_code: str | None, dry_run: bool, failed: bool, run_id: UUID | None
) -> dict[str, Any]:
    if sum((failed, run_id is not None, dry_run)) > 1 or (run_id is not None and merchant_code is not None):
        raise click.UsageError("--failed, --run and --dry-run exclude each other, and --run takes no --merchant.")

    async def run(services: Services) -> dict[str, Any]:
        merchant_id = await find_merchant_id(services, merchant_code)
        if failed or run_id is not None:
            before = await _failed_run(services, task, merchant_id, run_id)
            return run_facts(await task.retry_failed(services.ledger, services.sessions, before))
        if not dry_run:
            return run_facts(await task.run(services.ledger, services.sessions, merchant_id))
        progress, reports = await task.preview(services.ledger, services.sessions, merchant_id)
        merchants = [
            {"merchant_code": report.merchant_code} | {name: report.counts[name] for name in progress.counts}
            for report in reports
        ]
        return {**progress.counts, "failed_card_ids": progress.failures, "error": None, "merchants": merchants}

    return with_services_or_refusal(run) | {"dry_run": dry_run}


async def _failed_run(services: Services, task: PointsTask, merchant_id: UUID | None, run_id: UUID | None) -> TaskRun:
    async with services.sessions.committing() as session:
        if run_id is not None:
            return (await get_run(session, run_id))[0]
        return await get_failed_run(session, task.name, merchant_id, clock.now())


def _print_points(facts: dict[str, Any], task: PointsTask, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        click.echo(f"{sentence}; {facts['failed']} failed.")
        for each in facts.get("merchants", ()):
            counts = f"{each['processed']} cards, {each[task.counts]} points, {each['failed']} failed"
            click.echo(f"{each['merchant_code']:20} {counts}")
        for card_id, reason in facts["failed_card_ids"].items():
            click.echo(f"{card_id}: {reason}")
        if facts["failed_card_ids"]:
            click.echo("`orion explain card` with one of these ids tells more.")
    sys.exit(FAILED if facts["error"] else PARTLY_DONE if facts["failed"] else DONE)
