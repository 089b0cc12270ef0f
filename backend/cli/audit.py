"""`orion audit`: verification of the hash chains of audit entries."""

import re
import sys
from collections.abc import Sequence

import rich_click as click
from msgspec import to_builtins
from rich.console import Console
from rich.progress import Progress as Bar

from backend.audit.chains import Anchor, Chain, ChainReport, verify
from backend.cli.audit_list import list_
from backend.cli.output import DONE, FAILED, as_json_too, print_json, with_services_or_refusal
from backend.merchants.problems import MerchantNotFound
from backend.operations.audit.tasks import list_chains
from backend.services import Services

HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def _anchors(_: click.Context, __: click.Parameter, heads: Sequence[str]) -> tuple[Anchor, ...]:
    found = [HEAD.fullmatch(head.strip().lower()) for head in heads]
    if not all(found):
        raise click.BadParameter("A head is a number, a colon and 64 hexadecimal digits.")
    return tuple(Anchor(int(each[1]), bytes.fromhex(each[2])) for each in found if each)


@click.group()
def audit() -> None:
    """What people have changed, and the proof that nothing of it was altered."""


audit.add_command(list_)


@audit.command("verify")
@click.option("--merchant", metavar="CODE", help="Only the chain of this merchant; `platform` for the platform's.")
@click.option(
    "--head",
    "anchors",
    metavar="SEQ:DIGEST",
    multiple=True,
    callback=_anchors,
    help="A head that was printed or logged earlier: that entry must still be the same. Needs --merchant.",
)
@as_json_too
def verify_(merchant: str | None, anchors: tuple[Anchor, ...], as_json: bool) -> None:
    """Recompute every entry's digest and change nothing. Exit 1 when a chain is broken; its first bad entry is named.

    Keep the printed heads where the owner of the database cannot write: when both the entries and the head have been
    rewritten, only an older head shows it.
    """
    if anchors and merchant is None:
        raise click.UsageError("--head needs --merchant: each chain has its own.")

    async def act(services: Services) -> list[ChainReport]:
        chains = _chosen(await list_chains(services.sessions), merchant)
        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Entries", total=None)
            return [
                await verify(services.pool, chain, anchors, lambda checked: bar.advance(task, checked))
                for chain in chains
            ]

    reports = with_services_or_refusal(act)
    if as_json:
        print_json(to_builtins(reports))
    else:
        click.echo("\n".join(report.sentence for report in reports))
    sys.exit(FAILED if any(report.fault for report in reports) else DONE)


def _chosen(chains: list[Chain], code: str | None) -> list[Chain]:
    """Raises MerchantNotFound."""
    chosen = [chain for chain in chains if code is None or chain.code == code.strip().lower()]
    if not chosen:
        raise MerchantNotFound
    return chosen
