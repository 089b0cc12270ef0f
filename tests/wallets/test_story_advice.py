"""What an operator is told about a pass: what its last error means, and what happens to it next."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.core.outbound.retry import TRIES
from backend.wallets.models import WalletLink
from backend.wallets.story_advice import REFUSES_US, advice_of, next_step

NOW, SECOND = datetime(2026, 11, 30, 2, 0, tzinfo=UTC), timedelta(seconds=1)
CODE = "BDFHKLNPRSTVXGCJ"
SENDS_NOW = f"`orion wallets sync --card {CODE}` sends it at once."


@pytest.mark.parametrize(
    ("link", "is_right", "sentence"),
    [
        ({"status": "removed"}, True, "Nothing: the card was erased, and the pass shows nothing any more."),
        ({}, True, "Nothing: it shows what the till shows."),
        (
            {"lease_until": NOW + SECOND},
            False,
            "A worker is sending it. Without an outcome by 2026-11-30 02:00:01 UTC another one does.",
        ),
        ({"next_attempt_at": NOW + SECOND}, False, "The worker tries at 2026-11-30 02:00:01 UTC."),
        (
            {"next_attempt_at": NOW, "lease_until": NOW},
            False,
            (
                "It is due: the worker sends it within seconds. If that does not happen, no worker runs, "
                "or maintenance is on: `orion status` says so. "
                f"The hourly run sends it too; {SENDS_NOW}"
            ),
        ),
        ({"attempts": TRIES}, False, f"The hourly run sends it; {SENDS_NOW}"),
        (
            {"attempts": TRIES - 1, "next_attempt_at": NOW + SECOND},
            False,
            "The worker tries at 2026-11-30 02:00:01 UTC.",
        ),
        (
            {"status": "failed", "last_error_code": "refused", "next_attempt_at": NOW + SECOND},
            False,
            f"It is sent again when the card changes, or at 2026-11-30 02:00:01 UTC; {SENDS_NOW}",
        ),
        (
            {"status": "failed", "last_error_code": "class_refused"},
            False,
            "Google is asked about the program every hour. When it takes it, the pass is sent.",
        ),
    ],
)
def test_what_happens_next_to_a_pass(link: dict[str, object], is_right: bool, sentence: str) -> None:
    row = WalletLink(**{"status": "active", "attempts": 0} | link)
    assert next_step(row, CODE, is_right=is_right, now=NOW) == sentence


@pytest.mark.parametrize(
    ("code", "begins"),
    [
        ("server_failed", "The provider was busy or away."),
        ("apns_503", "The provider was busy or away."),
        ("apns_429", "The provider was busy or away."),
        ("class_rejected", "Google does not take the merchant's program."),
        ("refused", "Google does not take this pass."),
        ("apns_413", "The request was wrong."),
        ("internal", "Orion has failed."),
        ("apns_wrong_tokens", REFUSES_US),
    ],
)
def test_what_an_error_means(code: str, begins: str) -> None:
    assert advice_of(code).startswith(begins)
