"""How long the till was unused, by the server's clock. The page has a timer too, and hides what it shows."""

from datetime import UTC, datetime, timedelta

from backend.merchants.schemas import PolicyView
from frontend.kit.request import Request

USED_AT, LOCK_AFTER = "till_used_at", "till_lock_after"
POLLED = "/till/bookings/"
"""The page asks there by itself."""


def lock_after_seconds(policy: PolicyView) -> int:
    """0: never. Without PINs nobody could unlock it."""
    return 0 if policy.staff_pin_policy == "disabled" else policy.lock_after_minutes * 60


def note_policy(request: Request, policy: PolicyView) -> None:
    request.session[LOCK_AFTER] = lock_after_seconds(policy)


def note_use(request: Request) -> None:
    if not request.url.path.startswith(POLLED):
        request.session[USED_AT] = _now().timestamp()


def has_idled(request: Request) -> bool:
    """False before the first page of the till, which tells after how long it locks."""
    used_at, seconds = request.session.get(USED_AT), request.session.get(LOCK_AFTER)
    if not used_at or not seconds:
        return False
    return datetime.fromtimestamp(used_at, UTC) + timedelta(seconds=seconds) <= _now()


def _now() -> datetime:
    return datetime.now(UTC)
