"""PINs verified within the last minutes, so that a person at work pays argon2 once and not with every booking."""

import hmac
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

REMEMBERED = timedelta(minutes=10)
ENTRIES_MAX = 10_000


class RecentPins:
    """Keyed hashes under a key of the process's own: neither hash nor key ever leaves its memory.

    An entry belongs to one sign-in and to one verifier: it means nothing once the PIN was changed.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._entries: OrderedDict[tuple[UUID, UUID], tuple[bytes, datetime]] = OrderedDict()

    def remember(self, sign_in_id: UUID | None, user_id: UUID, verifier: str, pin: str, now: datetime) -> None:
        """`user_id` may be another than the one signed in: an owner who overrides a limit at somebody's till."""
        if sign_in_id is None:
            return
        self._entries[sign_in_id, user_id] = self._mac(verifier, pin), now + REMEMBERED
        self._entries.move_to_end((sign_in_id, user_id))
        if len(self._entries) > ENTRIES_MAX:
            self._entries.popitem(last=False)

    def has(self, sign_in_id: UUID | None, user_id: UUID, now: datetime) -> bool:
        """Whether any PIN of that person is remembered for that sign-in."""
        entry = self._entries.get((sign_in_id, user_id)) if sign_in_id else None
        return entry is not None and now < entry[1]

    def matches(self, sign_in_id: UUID | None, user_id: UUID, verifier: str, pin: str, now: datetime) -> bool:
        if sign_in_id is None or not self.has(sign_in_id, user_id, now):
            return False
        return hmac.compare_digest(self._entries[sign_in_id, user_id][0], self._mac(verifier, pin))

    def _mac(self, verifier: str, pin: str) -> bytes:
        return hmac.new(self._key, f"{verifier}|{pin}".encode(), sha256).digest()
