"""No token, key or save link in any log, with and without faults."""

import io
import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from backend.core.keys import KeyRing
from backend.dev.sandbox.google.resources import GoogleError
from backend.loyalty.cards.card_urls import CardLinks
from backend.wallets.google.open import Google as GoogleParts
from backend.wallets.ports import Misconfigured, Permanent, Transient
from environment.logs import QUIET
from tests.conftest import LogLines
from tests.doubles.google import Google
from tests.wallets.google.conftest import SnapshotOf


def test_loggers_that_tell_addresses_are_silenced() -> None:
    assert {"httpx", "httpcore"} <= set(QUIET)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING


@pytest.fixture
def private_key(account_file: Path) -> str:
    key: str = json.loads(account_file.read_text("utf-8"))["private_key"]
    return key


async def test_nothing_secret_is_logged_on_good_days_and_bad_ones(
    google: Google,
    parts: GoogleParts,
    marie: SnapshotOf,
    private_key: str,
    redis: Redis,
    *,
    log_tape: io.StringIO,
    log_lines: LogLines,
) -> None:
    card = marie()
    await parts.wallet.push(card)
    url = await parts.save_links.url(program_id=card.program.program_id, object_name="1.card_x", now=datetime.now(UTC))
    faults = google.fake.faults
    for fault in ("500", "429", "lost", "garbage"):
        faults.next.append(fault)
        with pytest.raises(Transient):
            await parts.wallet.push(card)
        await redis.delete("bucket:google:live:paused")
    tokens = list(google.fake.tokens._valid_until)
    google.fake.tokens.revoke_all()
    await parts.wallet.push(card)
    faults.is_forbidden = True
    with pytest.raises(Misconfigured):
        await parts.wallet.push(card)
    logged = log_tape.getvalue()
    assert "breaker_stopped" in logged, "the tape runs"
    secrets = [*tokens, *google.fake.tokens._valid_until, private_key[40:80], url.rsplit("/", 1)[1][-40:]]
    for secret in (*secrets, "Bearer", "eyJ", card.code, card.page_url, "Marie"):
        assert secret not in logged


async def test_googles_own_words_do_not_quote_the_page_of_a_card(
    google: Google, parts: GoogleParts, marie: SnapshotOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = marie(page_url=CardLinks(KeyRing(["a key"]), "https://orion.example").url(uuid4(), uuid4(), 0))

    def refuse(*_: object) -> None:
        raise GoogleError(400, "invalid", f"Not a valid URI: {card.page_url}")

    monkeypatch.setattr(google.fake.passes, "insert", refuse)
    with pytest.raises(Permanent) as refused:
        await parts.wallet.push(card)
    assert refused.value.detail == "Not a valid URI: https://orion.example/c/…"


async def test_what_a_failure_says_about_a_card_names_no_person_and_no_token(
    google: Google, parts: GoogleParts, marie: SnapshotOf
) -> None:
    google.fake.faults.next.append("500")
    with pytest.raises(Transient) as failed:
        await parts.wallet.push(marie())
    with pytest.raises(Permanent) as refused:
        await parts.wallet.push(marie({"card_color": "rgb(1, 2, 3)"}))
    assert refused.value.code == "class_refused", "the program's fault, not the card's"
    assert "hexBackgroundColor" in refused.value.detail
    for error in (failed, refused):
        assert "Marie" not in str(error.value)
        assert "ya29" not in str(error.value)
