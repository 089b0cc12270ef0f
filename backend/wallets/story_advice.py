"""What a pass's last error means, and what happens to the pass next. In English."""

from datetime import datetime

from backend.core.next_steps import in_utc, is_due, tries_at
from backend.core.outbound.retry import TRIES
from backend.wallets.models import WalletLink
from backend.wallets.ports import PROGRAM_REFUSED
from backend.wallets.schemas import LinkState

SEND_NOW = "`orion wallets sync --card {card}` sends it at once"
AWAY = (
    *("timeout", "not_now", "throttled", "server_failed", "token_endpoint_away", "token_unusable", "keys_away"),
    *("breaker_open", "rate_limited", "apns_paused", "apns_unreachable", "apns_no_answer", "apns_429", "apns_5"),
)
"""Beginnings of the codes of errors that pass."""
ADVICE = {
    AWAY: "The provider was busy or away. Nothing has to be done.",
    (PROGRAM_REFUSED,): "Google does not take the merchant's program. Correct its name, logo or texts.",
    ("refused",): "Google does not take this pass. Its answer names the field.",
    ("apns_400", "apns_413"): "The request was wrong. Tell the developers.",
    ("internal",): "Orion has failed. The worker's log of that time has it, with the card's id.",
}
REFUSES_US = "The provider refuses Orion, not this pass. `orion wallets check` says what to do."


def advice_of(error_code: str) -> str:
    return next((advice for codes, advice in ADVICE.items() if error_code.startswith(codes)), REFUSES_US)


def next_step(link: WalletLink, card_code: str, *, is_right: bool, now: datetime) -> str:
    """`is_right`: the provider has accepted the card's current version."""
    if link.status == LinkState.REMOVED:
        return "Nothing: the card was erased, and the pass shows nothing any more."
    if link.status == LinkState.FAILED:
        return _next_of_refused(link, SEND_NOW.format(card=card_code))
    if link.lease_until is not None and link.lease_until > now:
        return f"A worker is sending it. Without an outcome by {in_utc(link.lease_until)} another one does."
    if is_right:
        return "Nothing: it shows what the till shows."
    return _next_of_waiting(link, SEND_NOW.format(card=card_code), now)


def _next_of_waiting(link: WalletLink, send_now: str, now: datetime) -> str:
    if link.attempts >= TRIES:
        return f"The hourly run sends it; {send_now}."
    if link.next_attempt_at is not None and link.next_attempt_at > now:
        return tries_at(link.next_attempt_at)
    return f"{is_due('sends it')} The hourly run sends it too; {send_now}."


def _next_of_refused(link: WalletLink, send_now: str) -> str:
    if (link.last_error_code or "").startswith(PROGRAM_REFUSED):
        return "Google is asked about the program every hour. When it takes it, the pass is sent."
    at = in_utc(link.next_attempt_at) if link.next_attempt_at else "the next hourly run"
    return f"It is sent again when the card changes, or at {at}; {send_now}."
