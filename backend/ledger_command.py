"""`orion points` and `orion ledger`: book what has expired, check that everything adds up."""

import re
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import rich_click as click
from rich.console import Console
from rich.progress import Progress as Bar

from backend.console import DONE, FAILED, PARTLY_DONE, print_json, with_services
from backend.core.clock import clock
from backend.core.problems import Problem
from backend.core.schemas import SAYS_SOMETHING
from backend.loyalty.ledger.audit.freezing import unfreeze
from backend.merchants.queries import get_merchant_id
from backend.operations.ledger.points import EXPIRY, WARNING, PointsTask
from backend.operations.ledger.tasks import (
    AuditResult,
    audit_facts,
    audited,
    count_cards,
    look_at_ledger,
)
from backend.operations.wallets.scopes import find_card
from backend.operations.wallets.tasks import run_facts
from backend.services import Services

Result = TypeVar("Result")
of_merchant = click.option("--merchant", "merchant_code", metavar="CODE", help="Only of this merchant.")
as_json_too = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _done(act: Callable[[Services], Awaitable[Result]]) -> Result:
    """A refusal is one sentence, and exit 1."""
    try:
        return with_services(act)
    except Problem as problem:
        sys.exit(problem.title)


async def _merchant_id(services: Services, code: str | None) -> Any:
    return await get_merchant_id(services.sessions, code) if code else None


def _written(_: click.Context, __: click.Parameter, text: str) -> str:
    if not re.search(SAYS_SOMETHING, text):
        raise click.BadParameter("Blanks are no reason.")
    return text


@click.group()
def points() -> None:
    """Points that end."""


@points.command("expire")
@of_merchant
@click.option("--dry-run", is_flag=True, help="Say what would expire, and book nothing.")
@as_json_too
def expire_points(merchant_code: str | None, dry_run: bool, as_json: bool) -> None:
    """Book what has expired; nobody could spend it any more. Exit 3 when some cards failed."""
    facts = _run_points(EXPIRY, merchant_code, dry_run=dry_run)
    does = "would expire" if dry_run else "have expired"
    _tell_points(facts, f"{facts['expired_points']} points of {facts['processed']} cards {does}", as_json=as_json)


@points.command("warn")
@of_merchant
@click.option("--dry-run", is_flag=True, help="Say what would be told, and tell nobody.")
@as_json_too
def warn_of_expiry(merchant_code: str | None, dry_run: bool, as_json: bool) -> None:
    """Tell holders of points that end within two weeks, once. Exit 3 when some cards failed."""
    facts = _run_points(WARNING, merchant_code, dry_run=dry_run)
    does = "would be told of" if dry_run else "were told of"
    _tell_points(facts, f"{facts['processed']} cards {does} {facts['expiring_points']} points", as_json=as_json)


def _run_points(task: PointsTask, merchant_code: str | None, *, dry_run: bool) -> dict[str, Any]:
    async def act(services: Services) -> dict[str, Any]:
        merchant_id = await _merchant_id(services, merchant_code)
        if not dry_run:
            return run_facts(await task.run(services.ledger, services.sessions, merchant_id))
        found = await task.preview(services.ledger, services.sessions, merchant_id)
        return {**found.counts, "failed_card_ids": found.failures, "error": None}

    return _done(act) | {"dry_run": dry_run}


def _tell_points(facts: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        click.echo(f"{sentence}; {facts['failed']} failed.")
        for card_id, reason in facts["failed_card_ids"].items():
            click.echo(f"{card_id}: {reason}")
    sys.exit(FAILED if facts["error"] else PARTLY_DONE if facts["failed"] else DONE)


@click.group()
def ledger() -> None:
    """What must always be true of cards and their histories."""


@ledger.command("audit")
@of_merchant
@as_json_too
def audit_ledger(merchant_code: str | None, as_json: bool) -> None:
    """Check invariants I1 to I12 on every card; exit 1 when one is broken. Changes nothing."""

    async def act(services: Services) -> AuditResult:
        merchants = await audited(services.sessions, await _merchant_id(services, merchant_code))
        cards = await count_cards(services.sessions, merchants)
        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Cards", total=cards)
            return await look_at_ledger(services.pool, merchants, lambda looked_at: bar.advance(task, looked_at))

    result = _done(act)
    if as_json:
        print_json(audit_facts(result))
    else:
        _print(result)
    sys.exit(DONE if result.is_clean else FAILED)


def _print(result: AuditResult) -> None:
    for broken in result.violations:
        who = broken.card_code or "no single card"
        click.echo(f"{broken.invariant}: {broken.says} — broken by {who} of {broken.merchant}: {broken.facts}")
    verdict = "every promise holds" if result.is_clean else f"{result.found.total()} violations"
    click.echo(f"{result.transactions} transactions of {result.cards} cards in {result.seconds} s: {verdict}.")


@ledger.command("unfreeze")
@click.argument("card_code")
@click.option("--reason", required=True, callback=_written, help="What was found, and what was done. Names no person.")
def unfreeze_card(card_code: str, reason: str) -> None:
    """Let rewards be redeemed again from a card that the audit had frozen.

    First look at what the audit says of it, and repair that: the next audit freezes a card that is still wrong.
    """

    async def act(services: Services) -> bool:
        card = await find_card(services.sessions, card_code)
        return await unfreeze(services.sessions, card.merchant_id, card.card_id, reason, clock.now())

    if not _done(act):
        sys.exit("The card is not frozen.")
    click.echo("Rewards can be redeemed from the card again.")
