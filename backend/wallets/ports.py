"""The port between the sync and a wallet provider: it takes absolute states and raises one of three failures."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from environment.logs import without_tokens
from i18n.translator import get_translator

Provider = Literal["google", "apple"]
LinkKey = tuple[UUID, UUID, Provider]
"""Merchant, card, provider."""
PROGRAM_REFUSED = "class_"
"""Prefix of the codes of failures that are caused by the program, not by the card."""


class ProgramSnapshot(msgspec.Struct, frozen=True):
    """What all passes of a merchant share, at one moment. Texts are by language."""

    merchant_id: UUID
    program_id: UUID
    merchant_name: str
    name: str
    card_name: str
    card_color: str
    """#RRGGBB."""
    logo_url: str | None
    type: Literal["stamps", "points", "hybrid"]
    stamps_target: int
    stamp_reward: dict[str, str]
    terms_text: dict[str, str]
    terms_url: str | None
    privacy_url: str | None
    default_language: str
    timezone: str
    stores: list[str]
    """Names of the stores that are open."""

    def in_language(self, texts: dict[str, str], language: str) -> str:
        """The text in this language, else in the program's default language, else in any; empty when there is none."""
        return texts.get(language) or texts.get(self.default_language) or next(iter(texts.values()), "")


class CardSnapshot(msgspec.Struct, frozen=True):
    """A card as its passes have to show it, read in one statement together with its version."""

    card_id: UUID
    version: int
    """`cards.wallet_version` when this was read."""
    state: Literal["active", "deactivated", "merged", "erased"]
    code: str
    customer_name: str | None
    """None once the card is erased: nothing personal may be sent then."""
    language: str
    points_balance: int
    debt_points: int
    stamp_count: int
    next_expiry_at: datetime | None
    next_expiry_points: int
    next_reward: dict[str, str] | None
    """The cheapest reward the balance does not reach yet, else the dearest it reaches."""
    next_reward_points: int
    page_url: str
    """The card's page for its customer."""
    program: ProgramSnapshot
    page_version: int = 0
    """Raised when the card's links are ended. Passes from before do not belong to the card any more."""

    @property
    def is_live(self) -> bool:
        return self.state == "active"

    @property
    def reward_ready(self) -> bool:
        return self.program.type != "points" and self.stamp_count >= self.program.stamps_target

    @property
    def missing_points(self) -> int:
        """To the next reward, debt included, because it is paid first. 0 when the balance is enough."""
        short = self.next_reward_points - self.points_balance
        return short + self.debt_points if short > 0 else 0


class NotifyReason(StrEnum):
    """Why the phone shows a notification. Most updates have no reason."""

    REWARD_READY = "reward_ready"
    POINTS_EXPIRING = "points_expiring"


class Failure(Exception):
    """`detail` may be the provider's own text, which sometimes quotes the request. Tokens are removed from it."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, without_tokens(detail)
        super().__init__(f"{code}: {self.detail}")


class Transient(Failure):
    """A retry may succeed: a timeout, a 5xx, a 429. `retry_after`: seconds, when the provider has named them."""

    def __init__(self, code: str, detail: str, retry_after: float | None = None) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class Paused(Transient):
    """Nothing was sent, because the breaker is open or too many calls wait. Does not count as an attempt."""


class Permanent(Failure):
    """The provider refuses the content of the card or of its program (`class_…`). A retry cannot succeed."""


class Misconfigured(Failure):
    """The provider refuses our account or certificate, not the card. Calls stop until an operator acts."""


class WalletProvider(Protocol):
    """All calls are idempotent and carry absolute states. Raises Transient, Permanent or Misconfigured."""

    name: Provider

    def fingerprint(self, card: CardSnapshot) -> str:
        """The same for the same content of the pass. What all passes of a program share need not be part of it."""

    async def ensure_program(self, program: ProgramSnapshot, *, anyway: bool = False) -> None:
        """Updates what all passes of the program share. `anyway`: even if it was sent before."""

    async def push(self, card: CardSnapshot, notify: NotifyReason | None) -> None:
        """Makes the pass show this state, and creates it if needed. A card that is not active expires on the phone."""


class CheckStep(msgspec.Struct, frozen=True):
    """One step of the check of a wallet: its result as a sentence, and what to do when it has failed.

    `sentence` and `remedy` are English sources for the catalogs; they name `facts` as `%(fact)s`.
    """

    name: str
    """Stable, such as `file_readable`."""
    outcome: Literal["ok", "warning", "failed", "skipped"]
    sentence: str | tuple[str, str]
    remedy: str = ""
    facts: dict[str, str | int] = {}

    def text(self, language: str) -> str:
        """The sentence in this language. The fact `days` chooses the plural form."""
        translator = get_translator(language)
        if isinstance(self.sentence, tuple):
            return translator.ngettext(*self.sentence, int(self.facts["days"]), **self.facts)
        return translator.gettext(self.sentence, **self.facts)
