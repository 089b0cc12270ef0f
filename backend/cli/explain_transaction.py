"""`orion explain transaction`: what one booking did, and what followed from it."""

from collections.abc import Iterator

import rich_click as click
from msgspec import to_builtins

from backend.cli.explain_lines import Line, next_lines, or_dash, print_lines, timeline
from backend.cli.output import as_json_too, find_merchant_id, print_json, with_services_or_refusal
from backend.core.clock import clock
from backend.core.next_steps import in_utc
from backend.operations.stories.transaction import read_transaction_story
from backend.operations.stories.transaction_story import StoryReceipt, TransactionStory
from backend.services import Services


@click.command("transaction")
@click.argument("named", metavar="ID|RECEIPT|KEY")
@click.option("--merchant", "merchant_code", metavar="CODE", help="Only of this merchant.")
@as_json_too
def explain_transaction(named: str, merchant_code: str | None, as_json: bool) -> None:
    """Tell the story of one booking: the lots it moved, how it was booked, what followed, and what happens next.

    Of several with the same receipt number, the newest; the others are named. KEY: the idempotency key of the request.
    """

    async def read(services: Services) -> TransactionStory:
        merchant_id = await find_merchant_id(services, merchant_code)
        return await read_transaction_story(services.pool, services.sessions, named, merchant_id, clock.now())

    story = with_services_or_refusal(read)
    if as_json:
        print_json(to_builtins(story))
        return
    print_lines(_lines(story))


def _lines(story: TransactionStory) -> Iterator[Line]:
    booking = story.booking
    yield "booking", f"{booking.kind} of {booking.amount:+} {booking.unit}, {booking.id}"
    yield (
        "card",
        f"{story.card_code} of {story.merchant}, then {booking.points_after} points, {booking.stamps_after} stamps",
    )
    yield (
        "happened",
        f"{in_utc(booking.occurred_at)}, recorded {in_utc(booking.recorded_at)}",
    )
    for other in story.others:
        yield "found, too", f"{other.id} of {other.merchant}: `orion explain transaction {other.id}`"
    yield from _receipt_lines(story.receipt)
    for lot in story.lots:
        ends = f"until {in_utc(lot.expires_at)}" if lot.expires_at else "without a fixed end"
        yield lot.did, f"{lot.amount} {lot.unit}, lot {lot.id} {ends}, {lot.remaining} left now"
    yield from timeline([booking], story.mails, story.deliveries, story.events)
    for each in story.passes:
        state = "synced since" if each.is_synced_since else "not synced since"
        yield each.provider, f"{each.external_id}, {state}"
    yield from next_lines(story.next)


def _receipt_lines(receipt: StoryReceipt) -> Iterator[Line]:
    yield "terms", f"version {receipt.terms_version}"
    yield "PIN", "entered" if receipt.has_pin else "none"
    if receipt.overridden_by:
        yield "override", f"by {receipt.overridden_by}"
    yield "key", or_dash(receipt.idempotency_key)
    for request_id in receipt.request_ids:
        yield "request", request_id
    if receipt.offline:
        offline = receipt.offline
        yield "offline", f"operation {offline.operation_id} of batch {offline.batch_id}, {offline.state}"
