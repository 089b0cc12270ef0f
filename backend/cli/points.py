"""`orion points`: books expired points, and warns holders before points expire."""

import sys
from typing import Any

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
from backend.operations.ledger.points import EXPIRY, WARNING, PointsTask
from backend.operations.wallets.tasks import run_facts
from backend.services import Services


@click.group()
def points() -> None:
    """Expiry of points."""


@points.command("expire")
@of_merchant
@click.option("--dry-run", is_flag=True, help="Report what would expire, and book nothing.")
@as_json_too
def expire_points(merchant_code: str | None, dry_run: bool, as_json: bool) -> None:
    """Book points that have expired. Exit 3 when some cards failed."""
    facts = _run_points(EXPIRY, merchant_code, dry_run=dry_run)
    does = "would expire" if dry_run else "have expired"
    _print_points(facts, f"{facts['expired_points']} points of {facts['processed']} cards {does}", as_json=as_json)


@points.command("warn")
@of_merchant
@click.option("--dry-run", is_flag=True, help="Report who would be warned, and warn nobody.")
@as_json_too
def warn_of_expiry(merchant_code: str | None, dry_run: bool, as_json: bool) -> None:
    """Warn customers once of points that expire within two weeks. Exit 3 when some cards failed."""
    facts = _run_points(WARNING, merchant_code, dry_run=dry_run)
    does = "would be told of" if dry_run else "were told of"
    _print_points(facts, f"{facts['processed']} cards {does} {facts['expiring_points']} points", as_json=as_json)


def _run_points(task: PointsTask, merchant_code: str | None, *, dry_run: bool) -> dict[str, Any]:
    async def run(services: Services) -> dict[str, Any]:
        merchant_id = await find_merchant_id(services, merchant_code)
        if not dry_run:
            return run_facts(await task.run(services.ledger, services.sessions, merchant_id))
        progress = await task.preview(services.ledger, services.sessions, merchant_id)
        return {**progress.counts, "failed_card_ids": progress.failures, "error": None}

    return with_services_or_refusal(run) | {"dry_run": dry_run}


def _print_points(facts: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        click.echo(f"{sentence}; {facts['failed']} failed.")
        for card_id, reason in facts["failed_card_ids"].items():
            click.echo(f"{card_id}: {reason}")
    sys.exit(FAILED if facts["error"] else PARTLY_DONE if facts["failed"] else DONE)
