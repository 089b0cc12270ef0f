"""`orion explain card`: the whole story of one card."""

from collections.abc import Iterator

import rich_click as click
from msgspec import to_builtins

from backend.cli.explain_lines import Line, next_lines, or_dash, print_lines, timeline
from backend.cli.output import as_json_too, print_json, with_services_or_refusal
from backend.core.clock import clock
from backend.core.next_steps import in_utc
from backend.operations.stories.card import read_card_story
from backend.operations.stories.card_story import CardStory, StoryCard


@click.command("card")
@click.argument("code_or_id", metavar="CODE|ID")
@as_json_too
def explain_card(code_or_id: str, as_json: bool) -> None:
    """Tell the story of one card: its state, balance, bookings, emails, webhooks and passes, and what happens next."""
    story = with_services_or_refusal(
        lambda services: read_card_story(services.pool, services.sessions, code_or_id, clock.now())
    )
    if as_json:
        print_json(to_builtins(story))
        return
    print_lines(_lines(story))


def _lines(story: CardStory) -> Iterator[Line]:
    yield from _card_lines(story.card)
    for lot in story.lots:
        ends = f"until {in_utc(lot.expires_at)}" if lot.expires_at else "without end"
        yield "lot", f"{lot.remaining} of {lot.original} {lot.unit} {ends}, granted by {lot.transaction_id}"
    for hold in story.holds:
        by = f", {hold.device}" if hold.device else ""
        yield "set aside", f"{hold.amount} {hold.unit} for {hold.held_for}{by}, until {in_utc(hold.expires_at)}"
    if story.has_earlier:
        yield "earlier", f"only the last {len(story.bookings)} bookings are told"
    yield from timeline(story.bookings, story.mails, story.deliveries, story.events)
    for each in story.passes:
        state = f"{each.status}, shows version {each.synced_version} of {each.wanted_version}"
        error = f", {each.last_error_code}: {each.last_error}" if each.last_error_code else ""
        then = f", next {in_utc(each.next_attempt_at)}" if each.next_attempt_at else ""
        yield each.provider, f"{each.external_id}, {state}, attempts: {each.attempts}{then}{error}"
    yield from next_lines(story.next)


def _card_lines(card: StoryCard) -> Iterator[Line]:
    frozen = f", frozen since {in_utc(card.frozen_at)}" if card.frozen_at else ""
    yield "card", f"{card.code}, {card.id}, {card.state}{frozen}"
    yield "merchant", f"{card.merchant}, enrolled at {card.store} on {card.enrolled_at:%Y-%m-%d}"
    yield "program", f"{card.program}, {card.program_type}, terms version {card.terms_version}"
    yield "customer", or_dash(card.customer)
    if card.merged_into:
        yield "merged into", card.merged_into
    for other in card.merged_from:
        yield (
            "merged from",
            f"{other.code} at {in_utc(other.merged_at)}, reversible until {in_utc(other.reversible_until)}",
        )
    debt = f", {card.debt_points} points owed" if card.debt_points else ""
    yield "balance", f"{card.points_balance} points, {card.stamp_count} stamps{debt}"
    if card.held_points or card.held_stamps:
        yield "held", f"{card.held_points} points, {card.held_stamps} stamps"
