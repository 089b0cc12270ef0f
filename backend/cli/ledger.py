"""`orion ledger`: audit of the ledger's invariants, and repair of frozen cards."""

import re
import sys

import rich_click as click
from rich.console import Console
from rich.progress import Progress as Bar

from backend.cli.output import (
    DONE,
    FAILED,
    as_json_too,
    find_merchant_id,
    of_merchant,
    operator,
    print_json,
    with_services_or_refusal,
)
from backend.core.clock import clock
from backend.core.origin import Origin
from backend.core.schemas import SAYS_SOMETHING
from backend.loyalty.ledger.audit.freeze import unfreeze
from backend.operations.ledger.tasks import (
    AuditResult,
    audit_facts,
    audited,
    count_cards,
    look_at_ledger,
)
from backend.operations.wallets.scopes import find_card
from backend.services import Services


def _has_words(_: click.Context, __: click.Parameter, text: str) -> str:
    if not re.search(SAYS_SOMETHING, text):
        raise click.BadParameter("Blanks are no reason.")
    return text


@click.group()
def ledger() -> None:
    """Audit of cards and their transactions."""


@ledger.command("audit")
@of_merchant
@as_json_too
def audit_ledger(merchant_code: str | None, as_json: bool) -> None:
    """Check invariants I1 to I12 on every card, and change nothing. Exit 1 when one is broken."""

    async def audit(services: Services) -> AuditResult:
        merchants = await audited(services.sessions, await find_merchant_id(services, merchant_code))
        cards = await count_cards(services.sessions, merchants)
        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Cards", total=cards)
            return await look_at_ledger(services.pool, merchants, lambda checked: bar.advance(task, checked))

    result = with_services_or_refusal(audit)
    if as_json:
        print_json(audit_facts(result))
    else:
        _print(result)
    sys.exit(DONE if result.is_clean else FAILED)


def _print(result: AuditResult) -> None:
    for broken in result.violations:
        who = broken.card_code or "no single card"
        click.echo(f"{broken.invariant}: {broken.says} — broken by {who} of {broken.merchant}: {broken.facts}")
    verdict = "every promise holds" if result.is_clean else f"{result.violation_counts.total()} violations"
    click.echo(f"{result.transactions} transactions of {result.cards} cards in {result.seconds} s: {verdict}.")


@ledger.command("unfreeze")
@click.argument("card_code")
@click.option(
    "--reason", required=True, callback=_has_words, help="What was wrong and what was repaired. Do not name customers."
)
def unfreeze_card(card_code: str, reason: str) -> None:
    """Allow redemptions again on a card that the audit has frozen.

    Repair what the audit reports first: the next audit freezes a card that is still wrong.
    """

    async def act(services: Services) -> bool:
        card = await find_card(services.sessions, card_code)
        origin = Origin.at_command_line(card.merchant_id, operator(), clock.now())
        return await unfreeze(services.sessions, origin, card.card_id, reason)

    if not with_services_or_refusal(act):
        sys.exit("The card is not frozen.")
    click.echo("Rewards can be redeemed from the card again.")
