"""Passwords: which are accepted, for everybody who sets one, and how they are hashed and verified."""

import asyncio
import re
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
from zxcvbn import zxcvbn

from backend.core.hashing import hash_secret, verify_secret
from backend.staff.problems import PasswordTooLong, PasswordTooShort, PasswordWeak

DEMO_PASSWORD = "orion-demo-2026"  # noqa: S105 - of the demo world, printed in the README
PUBLISHED = frozenset({DEMO_PASSWORD})
"""Refused for every new password, and in production at sign-in too."""
LENGTH_MIN, LENGTH_MIN_WITH_FACTOR, LENGTH_MAX = 15, 12, 256
SCORE_MIN = 3
JUDGED_LENGTH = 32
"""zxcvbn needs seconds for longer text of symbols; what makes a password strong is in its beginning too."""
WORD = re.compile(r"\w+")
WORD_LENGTH_MIN = 3
RANDOM = "bruteforce"

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="zxcvbn")


class PasswordOwner(msgspec.Struct, frozen=True):
    """Whose password it is to be. What others know about them makes a password weak."""

    email: str
    name: str
    merchants: Sequence[str] = ()
    has_second_factor: bool = False

    @property
    def length_min(self) -> int:
        return LENGTH_MIN_WITH_FACTOR if self.has_second_factor else LENGTH_MIN

    @property
    def known_words(self) -> list[str]:
        """Names as a whole, without their spaces, and their words."""
        names = ["orion", self.email, self.name, *self.merchants]
        words = [word for name in names for word in WORD.findall(name) if len(word) >= WORD_LENGTH_MIN]
        return list(dict.fromkeys([*names, *("".join(WORD.findall(name)) for name in names), *words]))


def normalize_password(password: str) -> str:
    """NFKC: the same password typed on another keyboard is the same."""
    return unicodedata.normalize("NFKC", password)


def is_long(password: str) -> bool:
    """Long enough for somebody without a second factor."""
    return len(normalize_password(password)) >= LENGTH_MIN


async def hash_new_password(password: str, owner: PasswordOwner) -> str:
    """The hash to store. Raises PasswordTooShort, PasswordTooLong or PasswordWeak."""
    normalized = normalize_password(password)
    if len(normalized) < owner.length_min:
        raise PasswordTooShort(minimum=owner.length_min)
    if len(normalized) > LENGTH_MAX:
        raise PasswordTooLong(maximum=LENGTH_MAX)
    if normalized in PUBLISHED:
        raise PasswordWeak("published", score=0)
    loop = asyncio.get_running_loop()
    score, weakness = await loop.run_in_executor(_thread, _judge, normalized, owner.known_words)
    if score < SCORE_MIN:
        raise PasswordWeak(weakness, score=score)
    return await hash_secret(normalized)


async def verify_password(stored: str | None, password: str) -> bool:
    """Takes as long when `stored` is None, so that timing does not reveal whether an account exists."""
    return await verify_secret(stored, normalize_password(password))


def _judge(password: str, known_words: list[str]) -> tuple[int, str]:
    """The score of zxcvbn, 0 to 4, and the kind of the longest part that can be guessed."""
    verdict = zxcvbn(password[:JUDGED_LENGTH], user_inputs=known_words)
    parts = [part for part in verdict["sequence"] if part["pattern"] != RANDOM]
    longest = max(parts, key=lambda part: len(part["token"]), default={"pattern": RANDOM})
    return verdict["score"], longest.get("dictionary_name", longest["pattern"])
