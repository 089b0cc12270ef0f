"""`orion wallets`: checks the wallets' configuration, and brings passes up to date."""

import sys
from typing import Any
from uuid import UUID

import msgspec
import rich_click as click
from rich.console import Console
from rich.progress import Progress as Bar

from backend.cli.output import DONE, FAILED, PARTLY_DONE, as_json_too, print_json, run_or_end, settings, with_services
from backend.core.clock import clock
from backend.core.connectivity import reach_redis
from backend.core.database import Sessions
from backend.core.outages import server_away
from backend.core.problems import Problem
from backend.core.queue import open_redis
from backend.core.settings import Settings, required
from backend.models import metadata
from backend.operations.task_runs.actions import Progress
from backend.operations.task_runs.models import TaskRun
from backend.operations.task_runs.views import run_facts
from backend.operations.wallets.check_runs import keep_checks
from backend.operations.wallets.schemas import StepView, SyncRequest
from backend.operations.wallets.scopes import scope_of
from backend.operations.wallets.status import WalletChecks, check_wallets, step_view
from backend.operations.wallets.tasks import queue_sync, sync_passes
from backend.services import Services
from backend.wallets.open import configured_wallets

NAMES = {"google": "Google Wallet", "apple": "Apple Wallet"}


@click.group()
def wallets() -> None:
    """Google Wallet and Apple Wallet."""


@wallets.command()
@as_json_too
def check(as_json: bool) -> None:
    """Check both wallets step by step, from the files to the provider. Exit 1 when a step fails."""
    loaded = settings()
    checked = run_or_end(_check(loaded))
    views = {name: [step_view(step, "en") for step in getattr(checked, name)] for name in NAMES}
    configured = configured_wallets(loaded)
    if as_json:
        facts = {name: {"configured": name in configured, "steps": msgspec.to_builtins(views[name])} for name in NAMES}
        print_json({"ok": checked.is_well, **facts})
    else:
        for name, steps in views.items():
            _print_steps(NAMES[name], steps if name in configured else [])
    sys.exit(DONE if checked.is_well else FAILED)


async def _check(loaded: Settings) -> WalletChecks:
    required(loaded, "redis_url")
    await reach_redis(loaded.redis_url, is_needed=True)
    async with open_redis(loaded.redis_url) as redis:
        checks = await check_wallets(loaded, redis, clock.now(), resumes=True)
    if loaded.database_url and (checks.google or checks.apple):
        await _keep(loaded, checks)
    return checks


async def _keep(loaded: Settings, checks: WalletChecks) -> None:
    """For the page of readiness. The check is told all the same when the database is away."""
    sessions = Sessions(loaded, metadata)
    try:
        await keep_checks(sessions, checks)
    except Exception as error:
        if server_away(error) is None:
            raise
        click.echo(f"The outcome could not be kept ({type(error).__name__}).", err=True)
    finally:
        await sessions.close()


def _print_steps(name: str, steps: list[StepView]) -> None:
    click.echo(name if steps else f"{name} is not configured.")
    for step in steps:
        click.echo(f"  {step.outcome:8} {step.name:16} {step.sentence}")
        if step.mend:
            click.echo(f"  {'':8} {'':16} → {step.mend}")


@wallets.command()
@click.option("--all", "everything", is_flag=True, help="Every pass that is out of date. The default.")
@click.option("--merchant", metavar="CODE", help="Only passes of this merchant.")
@click.option("--card", metavar="CODE", help="The passes of this card, by its code or id, even if they are up to date.")
@click.option("--failed", is_flag=True, help="Only passes that failed before.")
@click.option("--run", "run_id", metavar="ID", type=click.UUID, help="Only passes that failed in this earlier run.")
@as_json_too
def sync(
    *, everything: bool, merchant: str | None, card: str | None, failed: bool, run_id: UUID | None, as_json: bool
) -> None:
    """Bring passes up to date now. Exit 3 when some failed, 1 when a provider refuses Orion."""
    if everything and (merchant or card or run_id):
        raise click.UsageError("--all goes with neither --merchant nor --card nor --run.")
    if run_id and (merchant or card or failed):
        raise click.UsageError("--run goes alone: the run has named its cards.")
    request = SyncRequest(merchant_code=merchant, card_code=card, only_failed=failed, run_id=run_id)
    try:
        run = with_services(lambda services: _sync(services, request))
    except Problem as problem:
        raise click.UsageError(problem.title) from problem
    facts = run_facts(run)
    if as_json:
        print_json(facts)
    else:
        _print_run(facts)
    sys.exit(FAILED if run.error else PARTLY_DONE if run.failures else DONE)


async def _sync(services: Services, request: SyncRequest) -> TaskRun:
    scope = await scope_of(services.sessions, request)
    run = await queue_sync(services.wallet_sync, scope, card_code=request.card_code)
    with Bar(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        line = bar.add_task("Passes", total=None)

        def show(progress: Progress) -> None:
            bar.update(line, completed=progress.done, total=progress.total)

        return await sync_passes(services.wallet_sync, run, watch=show)


def _print_run(facts: dict[str, Any]) -> None:
    processed, synced, failed = (facts.get(name, 0) for name in ("processed", "synced", "failed"))
    click.echo(f"{processed} passes looked at, {synced} right now, {failed} failed, in {facts['seconds']} s.")
    if facts.get("postponed"):
        click.echo(f"{facts['postponed']} are left for the next run.")
    for card_id, reason in facts["failed_card_ids"].items():
        click.echo(f"  {card_id}  {reason}")
    if facts["error"]:
        click.echo(facts["error"], err=True)
