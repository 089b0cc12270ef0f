"""`orion audit list`: who has changed what, one line for each entry."""

import re
from collections.abc import Iterator
from datetime import datetime

import rich_click as click
from msgspec import to_builtins

from backend.audit.queries import AuditFilters
from backend.audit.schemas import AuditEntryView
from backend.cli.output import as_json_too, find_merchant_id, operator, print_json, with_services_or_refusal
from backend.core.clock import clock
from backend.core.origin import PlatformOrigin
from backend.operations.audit.reading import AuditAsked, AuditReader, platforms_reader
from backend.services import Services

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DAY = click.DateTime(["%Y-%m-%d"])


@click.command("list")
@click.option("--merchant", "merchant_code", metavar="CODE", help="What was changed there; otherwise in the platform.")
@click.option("--about", default="", metavar="TEXT", help="Only entries that contain it, such as `limit` or a name.")
@click.option("--since", type=DAY, help="First day.")
@click.option("--until", type=DAY, help="Last day.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="The newest ones.")
@as_json_too
def list_(
    *, merchant_code: str | None, about: str, since: datetime | None, until: datetime | None, limit: int, as_json: bool
) -> None:
    """Who has changed what, newest first. Days begin where the merchant is, those of the platform in UTC."""

    async def read(services: Services) -> list[AuditEntryView]:
        origin = PlatformOrigin(None, operator(), "en", clock.now())
        reader = await platforms_reader(services.sessions, origin, await find_merchant_id(services, merchant_code))
        asked = AuditAsked(since.date() if since else None, until.date() if until else None, None, None, None)
        return await _matching(reader, reader.filters(asked), about, limit)

    entries = with_services_or_refusal(read)
    if as_json:
        print_json(to_builtins(entries))
        return
    for entry in entries:
        click.echo("  ".join(_parts(entry)))
    if not entries:
        click.echo("No entry matches.")


async def _matching(reader: AuditReader, filters: AuditFilters, text: str, limit: int) -> list[AuditEntryView]:
    found: list[AuditEntryView] = []
    async for entry in reader.each(filters):
        if text.lower() in f"{entry.action} {' '.join(_parts(entry))}".lower():
            found.append(entry)
        if len(found) == limit:
            break
    return found


def _parts(entry: AuditEntryView) -> Iterator[str]:
    yield f"{entry.seq:>6}"
    yield f"{entry.recorded_at:%Y-%m-%d %H:%M} UTC"
    yield f"{entry.user_name} (for the merchant)" if entry.on_behalf else entry.user_name
    name = entry.subject_name or ("" if ID.fullmatch(entry.subject or "") else entry.subject)
    yield f"{entry.title}: {name}" if name else entry.title
    for change in entry.changes:
        before = f"{change.before} → " if change.before is not None else ""
        yield f"{change.label}: {before}{change.after}"
    if entry.reason:
        yield f"reason: {entry.reason}"
