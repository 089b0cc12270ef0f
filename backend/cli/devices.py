"""`orion devices list`, `orion devices revoke` and `orion devices simulate`."""

import asyncio
import sys
from uuid import UUID

import httpx
import msgspec
import rich_click as click

from backend.cli.output import FAILED, as_json_too, operator, print_json, with_services_or_refusal
from backend.core.clock import clock
from backend.core.origin import Origin
from backend.devices.actions import Devices
from backend.devices.queries import list_devices
from backend.devices.schemas import DeviceRevocation, DeviceView
from backend.devices.simulator.acceptance import AcceptanceResult, accept
from backend.devices.simulator.acceptance_run import AcceptanceRun
from backend.devices.simulator.client import HttpTablet
from backend.merchants.queries import get_merchant_id
from backend.services import Services

of_merchant = click.option("--merchant", "merchant_code", metavar="CODE", required=True, help="Whose tablets.")


@click.group()
def devices() -> None:
    """Tablets of merchants."""


@devices.command("list")
@of_merchant
@as_json_too
def list_(merchant_code: str, as_json: bool) -> None:
    """All tablets of a merchant, with when they were last seen; revoked ones last."""

    async def read(services: Services) -> list[DeviceView]:
        origin = await _origin(services, merchant_code)
        async with services.sessions.committing(origin.merchant_id) as session:
            return await list_devices(session, origin, None)

    rows = with_services_or_refusal(read)
    if as_json:
        print_json(msgspec.to_builtins(rows))
        return
    for row in rows:
        seen = f"{row.last_seen_at:%Y-%m-%d %H:%M} UTC" if row.last_seen_at else "never seen"
        waits = f"{row.pending_count:5} waiting {row.review_count:5} to review"
        click.echo(f"{row.id}  {row.state:10} {row.store.code:20} {seen:22} {waits}  {row.name}")


@devices.command("revoke")
@click.argument("device_id", type=click.UUID)
@of_merchant
@click.option("--reason", required=True, help="For the audit. Do not name customers.")
@click.option("--wipe/--keep", default=True, show_default=True, help="Tell it to delete its data and its key.")
def revoke(device_id: UUID, merchant_code: str, reason: str, wipe: bool) -> None:
    """Revoke a tablet for good, from its next request on."""
    try:
        body = msgspec.convert({"reason": reason, "wipe": wipe}, DeviceRevocation)
    except msgspec.ValidationError as error:
        raise click.BadParameter(str(error), param_hint="'--reason'") from error

    async def act(services: Services) -> DeviceView:
        origin = await _origin(services, merchant_code)
        async with services.sessions.committing(origin.merchant_id) as session:
            return await Devices(session, origin, None).revoke(device_id, body)

    row = with_services_or_refusal(act)
    click.echo(
        f"{row.name} is revoked. What it did before is accepted until {row.accept_pending_until:%Y-%m-%d %H:%M} UTC."
    )


@devices.command("simulate")
@click.option("--address", metavar="URL", required=True, help="Of the API, such as https://api.example.com.")
@click.option("--code", metavar="XXXX-XXXX", required=True, help="The pairing code of a tablet, from the office.")
@click.option(
    "--staff",
    metavar="NAME",
    help="Who works on it, or how the name begins. Without it: the first of the store's people.",
)
@click.option("--pin", metavar="PIN", help="Their PIN, where the merchant asks for one.")
@as_json_too
def simulate(address: str, code: str, staff: str | None, pin: str | None, as_json: bool) -> None:
    """Be a tablet for a moment: pair, book online and offline, and say what is not as it should be.

    It enrolls a customer at example.com and books on their card. Revoke the tablet afterwards.
    """
    results = asyncio.run(_run(address, code, staff, pin, prints=not as_json))
    if as_json:
        print_json([msgspec.to_builtins(result) for result in results])
    if not all(result.is_ok for result in results):
        sys.exit(FAILED)


async def _run(address: str, code: str, staff: str | None, pin: str | None, *, prints: bool) -> list[AcceptanceResult]:
    results = []
    async with httpx.AsyncClient(base_url=address.rstrip("/"), trust_env=False) as http:
        async for result in accept(AcceptanceRun(HttpTablet(http), code, staff, pin)):
            results.append(result)
            if prints:
                detail = f": {result.detail}" if result.detail else ""
                click.echo(f"{'ok' if result.is_ok else 'failed':7} {result.step}{detail}")
    return results


async def _origin(services: Services, merchant_code: str) -> Origin:
    """Raises MerchantNotFound."""
    merchant_id = await get_merchant_id(services.sessions, merchant_code)
    return Origin.at_command_line(merchant_id, operator(), clock.now())
