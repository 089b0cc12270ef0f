"""What happens next to an email, in each of its states."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.next_steps import NO_WORKER
from backend.messaging.models import EMAIL_STATUSES, PlatformMail
from backend.messaging.story import next_step

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNKNOWN = {"at": "2026-11-30T01:00:00Z", "outcome": "unknown", "code": "outcome_unknown"}
AGAIN = "It can be sent as a new email at /admin/emails/00000000-0000-0000-0000-000000000007."


def a_mail(status: str, **values: Any) -> PlatformMail:
    usual = {"kind": "transactional", "history": [], "available_at": NOW, "expires_at": None, "redacted_at": None}
    return PlatformMail(**{"id": UUID(int=7), "status": status} | usual | values)


@pytest.mark.parametrize(
    ("mail", "sentence"),
    [
        (a_mail("queued"), f"It is due: the worker sends it within seconds. {NO_WORKER}"),
        (a_mail("queued", available_at=NOW + MINUTE), "The worker tries at 2026-11-30 02:01:00 UTC."),
        (a_mail("queued", expires_at=NOW - MINUTE), "The worker ends it as failed: it is of no more use."),
        (
            a_mail("queued", expires_at=NOW + MINUTE, available_at=NOW + 2 * MINUTE),
            "The worker ends it as failed: it is of no more use.",
        ),
        (a_mail("sent"), "Nothing: the provider has it."),
        (a_mail("delivered"), "Nothing: the provider has it."),
        (a_mail("failed"), f"Nothing by itself. {AGAIN}"),
        (a_mail("bounced"), f"Nothing by itself. {AGAIN}"),
        (a_mail("unknown"), f"Nothing by itself. {AGAIN} Ask the recipient first: it may have arrived."),
        (a_mail("unknown", kind="marketing"), "Nothing: such an email is not sent as a new one."),
        (a_mail("failed", expires_at=NOW - MINUTE), "Nothing: such an email is not sent as a new one."),
        (a_mail("complained", redacted_at=NOW), "Nothing: such an email is not sent as a new one."),
    ],
)
def test_what_happens_next(mail: PlatformMail, sentence: str) -> None:
    assert next_step(mail, is_waiting=False, now=NOW) == sentence


@pytest.mark.parametrize(
    ("values", "then"),
    [
        ({}, "it is sent once more with the same Message-ID."),
        ({"history": [UNKNOWN]}, "it is not sent again."),
        ({"kind": "marketing"}, "it is not sent again."),
    ],
)
def test_what_happens_to_an_email_whose_worker_has_died(values: dict[str, Any], then: str) -> None:
    told = next_step(a_mail("sending", **values), is_waiting=False, now=NOW)
    assert told.startswith(f"The worker is handing it over. Without an outcome by 2026-11-30 02:00:00 UTC {then}")


def test_stored_settings_that_cannot_be_used_are_named_as_what_everything_waits_for() -> None:
    assert "`orion settings list --category email`" in next_step(a_mail("queued"), is_waiting=True, now=NOW)


def test_there_is_a_sentence_for_every_status() -> None:
    assert all(next_step(a_mail(status), is_waiting=False, now=NOW) for status in EMAIL_STATUSES)
