"""Pure decisions about devices: pairing codes, requests' times, and what a token is good for."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
PREFIX_LENGTH = 4
"""The first half of a code finds the pairing; the second half is the secret whose wrong guesses are counted."""
CODE_LASTS = timedelta(minutes=5)
CODE_TRIES_MAX = 5
REPEATABLE = timedelta(hours=24)
"""After pairing: the same request gets the same device again."""

CLOCK_TOLERANCE = timedelta(seconds=300)
NONCE_KEPT = timedelta(minutes=10)
"""Both tolerances: a time stamp may be early, and is then valid for twice as long."""

UNFINISHED_AFTER = timedelta(minutes=10)
"""An upload takes seconds: what a tablet has handed in and is not judged by then was cut off. It waits for a person."""

TOKEN_LASTS = timedelta(days=90)
OVERLAP = timedelta(hours=24)
ROLL_DUE = timedelta(days=30)
ROLL_GRACE = timedelta(days=90)
"""After its end a token may still be exchanged for a new one."""
ACCEPT_PENDING = timedelta(days=7)
"""After it was revoked, a device may hand in what it did before."""

TokenUse = Literal["valid", "may_roll", "ended"]

_LOOKALIKES = str.maketrans("ILO", "110")
_SEPARATORS = re.compile(r"[\s-]+")


def new_code() -> str:
    """Eight random characters of Crockford's base 32: 40 bits."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH))


def normalize_code(entered: str) -> str | None:
    """The code as it was made; None when it cannot be one. Case, spaces and hyphens do not matter, nor I, L and O."""
    code = _SEPARATORS.sub("", entered).upper().translate(_LOOKALIKES)
    is_code = len(code) == CODE_LENGTH and all(letter in CROCKFORD for letter in code)
    return code if is_code else None


def is_in_time(sent_at: datetime, now: datetime) -> bool:
    return abs(now - sent_at) <= CLOCK_TOLERANCE


@dataclass(frozen=True, slots=True)
class TokenState:
    """`overlap_ends_at`: a newer token was issued, and not used yet. `ended_at`: a newer one was used."""

    expires_at: datetime
    overlap_ends_at: datetime | None = None
    ended_at: datetime | None = None

    def use(self, now: datetime) -> TokenUse:
        """A token that nobody has replaced may always be exchanged: a lost answer locks no device out."""
        if self.ended_at is not None:
            return "ended"
        ends_at = min(self.expires_at, self.overlap_ends_at or self.expires_at)
        if now < ends_at:
            return "valid"
        return "may_roll" if now < self.expires_at + ROLL_GRACE else "ended"
