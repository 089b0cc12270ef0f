"""What follows from a failed attempt."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.messaging.faults import FAULTS, FaultKind
from backend.messaging.history import MailEvent
from backend.messaging.retries import OUTCOMES, MailVerdict, after_fault

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def verdict(*codes: str, kind: str = "transactional", age: timedelta = HOUR, probes: int = 0) -> MailVerdict:
    """`probes`: how many of the first attempts were made only to find out whether the provider is back."""
    history = [
        MailEvent(NOW, OUTCOMES[FAULTS[code].kind], code, is_probe=number < probes) for number, code in enumerate(codes)
    ]
    return after_fault(history, kind=kind, created_at=NOW - age, give_up_after=72 * HOUR, now=NOW)


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [(1, MINUTE), (2, 2 * MINUTE), (3, 4 * MINUTE), (8, 128 * MINUTE), (9, 4 * HOUR), (90, 4 * HOUR)],
)
def test_a_server_that_asks_us_to_come_back_is_asked_ever_more_rarely(attempts: int, pause: timedelta) -> None:
    assert verdict(*["deferred"] * attempts) == MailVerdict("queued", NOW + pause)


@pytest.mark.parametrize(("age", "status"), [(72 * HOUR - MINUTE, "queued"), (72 * HOUR, "failed")])
def test_and_given_up_after_days(age: timedelta, status: str) -> None:
    assert verdict("deferred", age=age).status == status


@pytest.mark.parametrize("code", [code for code, fault in FAULTS.items() if fault.kind is FaultKind.OWN])
def test_our_own_failures_are_tried_three_times_a_minute_apart(code: str) -> None:
    assert verdict(code) == verdict(code, code) == MailVerdict("queued", NOW + MINUTE)
    assert verdict(code, code, code).status == "failed"


def test_attempts_that_probed_a_dead_provider_cost_no_try() -> None:
    codes = ["connection_refused"] * 5
    assert verdict(*codes, probes=3).status == "queued"
    assert verdict(*codes, probes=2).status == "failed"


def test_answers_of_the_recipients_side_do_not_use_up_our_own_tries() -> None:
    assert verdict("deferred", "deferred", "deferred", "timeout").status == "queued"


@pytest.mark.parametrize(
    ("code", "status"),
    [("recipient_refused", "bounced"), ("address_invalid", "failed"), ("message_too_large", "failed")],
)
def test_a_refusal_for_good_is_final_at_once(code: str, status: str) -> None:
    assert verdict(code).status == status


def test_a_mail_that_may_have_arrived_is_sent_once_more_and_marketing_never() -> None:
    assert verdict("outcome_unknown") == MailVerdict("queued", NOW + MINUTE)
    assert verdict("outcome_unknown", "deferred", "outcome_unknown").status == "unknown"
    assert verdict("outcome_unknown", kind="marketing").status == "unknown"
