from datetime import UTC, datetime

import pytest

from backend.core.outbound.retry import TRIES, pause_before, retry_after_seconds

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def test_four_attempts_with_about_one_four_and_sixteen_seconds_between() -> None:
    for attempt, seconds in zip(range(2, TRIES + 1), (1, 4, 16), strict=True):
        pauses = {pause_before(attempt) for _ in range(200)}
        assert min(pauses) >= 0.8 * seconds
        assert max(pauses) <= 1.2 * seconds
        assert len(pauses) > 100, "what failed together does not come back together"


def test_never_earlier_than_the_provider_asked_for() -> None:
    assert pause_before(2, retry_after=30) == 30
    assert pause_before(4, retry_after=1) > 10


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7),
        (" 7 ", 7),
        ("99999999", 3600),
        ("-5", None),
        ("soon", None),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 12:00:30", None),
        ("Sun, 22 Nov 99999999999999999999 12:00:30 GMT", None),
        ("Sun, 22 Nov 2026 12:00:30 +99999999999999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_anything_else_is_ignored(header: str | None, seconds: int | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds
