"""What an operator is told to type for a card and for what waits about it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from backend.core.models import Event, OutboxMessage
from backend.messaging.story import StoryMail
from backend.operations.stories.card_advice import next_steps
from backend.operations.stories.card_story import CardStory, StoryCard
from backend.operations.stories.events import event_story
from backend.operations.stories.expiry import ExpiryFailure
from backend.operations.stories.stock import StoryLot

NOW, SECOND, ID = datetime(2026, 11, 30, 2, 0, tzinfo=UTC), timedelta(seconds=1), UUID(int=7)
CARD = StoryCard(
    id=ID,
    code="BDFHKLNPRSTVXGCJ",
    merchant="fashion-group",
    store="HUB",
    program="Fashion Club",
    program_type="points",
    terms_version=1,
    customer="Marie W. <m***@example.com>",
    state="active",
    frozen_at=None,
    merged_into=None,
    merged_from=[],
    enrolled_at=NOW,
    last_activity_at=NOW,
    points_balance=0,
    debt_points=0,
    stamp_count=0,
    held_points=0,
    held_stamps=0,
    expired_points=0,
)
QUIET = CardStory(
    card=CARD,
    lots=[],
    holds=[],
    bookings=[],
    has_earlier=False,
    mails=[],
    deliveries=[],
    passes=[],
    events=[],
    expiry_failure=None,
    next=[],
)


def a_lot(unit: str, points: int, ends: datetime | None) -> StoryLot:
    return StoryLot(ID, unit, points, points, ends, ID)


def a_mail(status: str) -> StoryMail:
    return StoryMail(ID, "loyalty_enrollment", NOW, status)


def test_a_card_of_which_nothing_waits_says_so() -> None:
    assert next_steps(QUIET) == ["Nothing: all that followed has been done."]
    for status in ("sent", "delivered", "bounced", "complained"):
        assert len(next_steps(replace(QUIET, mails=[a_mail(status)]))) == 1


@pytest.mark.parametrize(
    ("card", "step"),
    [
        ({"merged_into": "CARDKEPT"}, "Its story goes on: `orion explain card CARDKEPT`."),
        (
            {"expired_points": 7},
            "7 points have expired. The nightly run books it, or at once `orion points expire`.",
        ),
    ],
)
def test_what_is_to_do_about_a_card(card: dict[str, Any], step: str) -> None:
    assert next_steps(replace(QUIET, card=replace(CARD, **card))) == [step]


def test_of_a_card_on_which_the_night_has_failed_it_says_when_why_and_what_to_type() -> None:
    failure = ExpiryFailure(ID, NOW, "merchant x, CardBusy: see the log of this time.", "orion points expire --failed")
    story = replace(QUIET, card=replace(CARD, expired_points=7), expiry_failure=failure)
    (step,) = next_steps(story)
    assert step == (
        "7 points have expired, and recording that failed at 2026-11-30 02:00:00 UTC: merchant x, CardBusy: see the "
        "log of this time. The next night tries it again. Once the cause is fixed, at once: "
        "`orion points expire --failed`."
    )


def test_only_the_points_that_expire_first_are_announced() -> None:
    lots = [
        a_lot("points", 5, NOW),
        a_lot("points", 6, NOW),
        a_lot("points", 9, NOW + SECOND),
        a_lot("points", 1, None),
    ]
    assert next_steps(replace(QUIET, lots=lots)) == ["11 points expire by themselves at 2026-11-30 02:00:00 UTC."]


@pytest.mark.parametrize("status", ["queued", "sending", "failed", "unknown"])
def test_an_email_that_is_open_has_a_story_of_its_own(status: str) -> None:
    (step,) = next_steps(replace(QUIET, mails=[a_mail(status)]))
    assert step == f"Email loyalty_enrollment is {status}: `orion explain mail {ID}`."


@pytest.mark.parametrize(
    ("message", "state", "begins"),
    [
        (None, "done", "Nothing: all reactions have run."),
        ({"available_at": NOW}, "waits", "It is due: the worker reacts within seconds."),
        ({"available_at": NOW + SECOND}, "waits", "The worker tries at 2026-11-30 02:00:01 UTC."),
        ({"available_at": NOW, "dead_at": NOW}, "given_up", "Nothing by itself."),
    ],
)
def test_what_happens_next_to_an_event(message: dict[str, Any] | None, state: str, begins: str) -> None:
    event = Event(id=ID, name="points_earned", data={}, occurred_at=NOW)
    waiting = OutboxMessage(**{"attempts": 1, "reactions_done": []} | message) if message else None
    story = event_story(event, waiting, NOW)
    assert (story.state, story.next.startswith(begins)) == (state, True)
