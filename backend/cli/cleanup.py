"""`orion cleanup`: removes what was only there for trying out, connected as the database's owner."""

import sys

import rich_click as click

from backend.audit.actions import record_platform_change
from backend.cli.output import (
    DONE,
    PARTLY_DONE,
    as_json_too,
    at_command_line,
    find_merchant_id,
    print_json,
    settings,
    with_services_or_refusal,
)
from backend.merchants.queries import list_merchant_ids
from backend.operations.test_data.owner import DatabaseOwner
from backend.operations.test_data.removal import Removal, RemovalReport
from backend.services import Services

AUDITED = ("customers", "cards", "transactions")


@click.command()
@click.option("--test-data", "is_test_data", is_flag=True, required=True, help="Customers that are marked as test.")
@click.option("--merchant", "merchant_code", metavar="CODE", help="Only those of this merchant.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Count what would be removed, and change nothing.")
@as_json_too
def cleanup(is_test_data: bool, merchant_code: str | None, is_dry_run: bool, as_json: bool) -> None:  # noqa: ARG001 - it must be said
    """Remove test customers with their cards and transactions, for good. Exit 3 when some of them stay."""

    async def remove(services: Services) -> RemovalReport:
        report = RemovalReport()
        merchants = await list_merchant_ids(services.sessions, await find_merchant_id(services, merchant_code))
        async with DatabaseOwner.connected(settings().migration_url) as owner:
            try:
                await Removal(owner, services.sessions, services.wallet_sync, is_dry_run, report).run(merchants)
            finally:
                if not is_dry_run:
                    await _record(services, report)
        return report

    report = with_services_or_refusal(remove)
    if as_json:
        print_json({"removed": report.removed, "kept": report.kept, "dry_run": is_dry_run})
    else:
        _print(report, "would be removed" if is_dry_run else "removed")
    sys.exit(PARTLY_DONE if report.kept else DONE)


async def _record(services: Services, report: RemovalReport) -> None:
    """One entry, also of a run that ends early; none when nothing was removed."""
    if report.removed["customers"]:
        counts = {f"{name}_removed": report.removed[name] for name in AUDITED}
        async with services.sessions.committing() as session:
            record_platform_change(session, at_command_line(), "test_data.removed", subject="test_data", after=counts)


def _print(report: RemovalReport, done: str) -> None:
    for table, rows in report.removed.items():
        if rows:
            click.echo(f"{table:24} {rows:8} {done}")
    for codes, why in report.kept.items():
        click.echo(f"{codes} stays: {why}.")
    click.echo(f"{report.removed['customers']} test customers {done}; {len(report.kept)} stay.")
