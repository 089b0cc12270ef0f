"""`orion explain pass`: what became of one pass at its provider."""

import sys
from collections.abc import Iterator

import rich_click as click
from msgspec import to_builtins

from backend.cli.explain_lines import Line, or_dash, print_lines
from backend.cli.output import as_json_too, print_json, with_services
from backend.core.clock import clock
from backend.core.next_steps import in_utc
from backend.wallets.story import AppleFacts, GoogleFacts, PassStory, find_pass_story

UNKNOWN = "There is no such pass: no card has it. `orion explain card` lists the passes of a card."


@click.command("pass")
@click.argument("named", metavar="SERIAL|ID")
@as_json_too
def explain_pass(named: str, as_json: bool) -> None:
    """Tell the story of one pass: what the provider has, its last answer, and what happens next.

    SERIAL|ID: Apple's serial number, or Google's object id.
    """
    story = with_services(lambda services: find_pass_story(services.sessions, named, clock.now()))
    if story is None:
        sys.exit(UNKNOWN)
    if as_json:
        print_json(to_builtins(story))
        return
    print_lines(_lines(story))


def _lines(story: PassStory) -> Iterator[Line]:
    yield "pass", f"{story.provider}, {story.external_id}, {story.status}"
    yield "card", f"{story.card_code} of {story.merchant}, {story.card_state}"
    yield "version", f"{story.synced_version} is shown, {story.wanted_version} is wanted"
    yield "added", in_utc(story.created_at)
    yield "synced", in_utc(story.synced_at) if story.synced_at else "never"
    if story.waiting_since:
        yield "waits since", in_utc(story.waiting_since)
    if story.lease_until:
        yield "lease", f"until {in_utc(story.lease_until)}"
    yield "attempts", f"{story.attempts} failed since the last success"
    if story.next_attempt_at:
        yield "next attempt", in_utc(story.next_attempt_at)
    if story.failed_at:
        yield "last failure", in_utc(story.failed_at)
    if story.last_error_code:
        yield "last error", f"{story.last_error_code}: {or_dash(story.last_error)}"
        yield "", or_dash(story.advice)
    if story.google:
        yield from _google_lines(story.google, is_saved=story.saved_by_user)
    if story.apple:
        yield from _apple_lines(story.apple)
    yield "next", story.next


def _google_lines(google: GoogleFacts, *, is_saved: bool | None) -> Iterator[Line]:
    saved = {True: "in the customer's wallet", False: "not in the customer's wallet", None: "not told"}[is_saved]
    yield "Google says", f"{saved}, last callback: {google.last_callback or 'none is kept'}"
    at = f", sent {in_utc(google.program_synced_at)}" if google.program_synced_at else ""
    yield "program", f"{google.program_review or 'never sent'}{at}"


def _apple_lines(apple: AppleFacts) -> Iterator[Line]:
    yield "tag", f"{apple.update_tag}, changed {in_utc(apple.last_modified)}"
    yield "phones", str(len(apple.phones))
    for phone in apple.phones:
        pushed = in_utc(phone.last_push_at) if phone.last_push_at else "never"
        known = "" if phone.is_known else ", not known to Apple yet"
        yield "", f"{phone.id} since {in_utc(phone.registered_at)}, last push {pushed}{known}"
