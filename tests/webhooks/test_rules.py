"""When a delivery is tried again, and when its endpoint is disabled."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.webhooks.rules import (
    FAILURES_MAX,
    JITTER,
    PAUSES,
    REST,
    REST_MAX,
    TRIED_FOR,
    after_failure,
    disabled_reason,
    rest_until,
)

NOW = datetime(2026, 12, 24, 17, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("random", [0.0, 1.0])
def test_ten_attempts_fill_three_days_and_not_a_second_more(random: float) -> None:
    now, attempts = NOW, 1
    while (at := after_failure(attempts, NOW, now, retry_after=None, random=random).next_attempt_at) is not None:
        assert at > now
        now, attempts = at, attempts + 1
    assert now == NOW + TRIED_FOR
    assert attempts == len(PAUSES) + 1


@pytest.mark.parametrize(("attempts", "pause"), list(enumerate(PAUSES[:-1], 1)))
def test_pauses_grow_and_are_spread(attempts: int, pause: timedelta) -> None:
    for random in (0.0, 1.0):
        verdict = after_failure(attempts, NOW, NOW, retry_after=None, random=random)
        assert verdict.next_attempt_at == NOW + pause * (1 + JITTER * random)


@pytest.mark.parametrize(("asked", "seconds"), [(None, 5), (4, 5), (6, 6), (3600, 3600)])
def test_an_endpoint_may_ask_for_a_longer_pause_and_for_no_shorter_one(asked: float | None, seconds: int) -> None:
    verdict = after_failure(1, NOW, NOW, retry_after=asked, random=0)
    assert verdict.next_attempt_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("failures", "rest"),
    [(1, None), (FAILURES_MAX - 1, None), (FAILURES_MAX, REST), (FAILURES_MAX + 1, 2 * REST), (500, REST_MAX)],
)
def test_an_endpoint_rests_after_five_failures_in_a_row(failures: int, rest: timedelta | None) -> None:
    assert rest_until(failures, NOW, retry_after=None) == (NOW + rest if rest else None)


def test_it_also_rests_for_as_long_as_it_asks() -> None:
    assert rest_until(1, NOW, retry_after=60) == NOW + timedelta(minutes=1)
    assert rest_until(FAILURES_MAX, NOW, retry_after=1) == NOW + REST


@pytest.mark.parametrize(
    ("status", "failing_for", "reason"),
    [
        (410, timedelta(), "gone"),
        (500, timedelta(days=3) - SECOND, None),
        (500, timedelta(days=3), "failing"),
        (None, timedelta(days=3), "failing"),
        (404, timedelta(), None),
    ],
)
def test_410_or_three_days_of_failures_disable_it(
    status: int | None, failing_for: timedelta, reason: str | None
) -> None:
    assert disabled_reason(status, NOW - failing_for, NOW) == reason
