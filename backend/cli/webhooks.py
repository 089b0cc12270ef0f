"""`orion webhooks list`."""

import msgspec
import rich_click as click

from backend.cli.output import as_json_too, find_merchant_id, print_json, with_services_or_refusal
from backend.services import Services
from backend.webhooks.overview import EndpointOverview, endpoint_state, list_endpoint_overviews


@click.group()
def webhooks() -> None:
    """Endpoints of merchants that get webhooks."""


@webhooks.command("list")
@click.option("--merchant", "merchant_code", metavar="CODE", help="Only the endpoints of this merchant.")
@as_json_too
def list_(merchant_code: str | None, as_json: bool) -> None:
    """All endpoints, disabled and failing ones first, with how many deliveries wait and have failed."""

    async def read(services: Services) -> list[EndpointOverview]:
        return await list_endpoint_overviews(services.sessions, await find_merchant_id(services, merchant_code))

    rows = with_services_or_refusal(read)
    if as_json:
        print_json(msgspec.to_builtins(rows))
        return
    for row in rows:
        counts = f"{row.waiting:6} waiting {row.failed:6} failed"
        click.echo(f"{row.endpoint.id}  {endpoint_state(row.endpoint):36} {counts}  {row.merchant}  {row.endpoint.url}")
