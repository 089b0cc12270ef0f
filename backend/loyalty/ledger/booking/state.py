"""A card with everything that decides about it, as the statement `card_state` reads it."""

from datetime import datetime
from functools import cached_property
from uuid import UUID

import msgspec

from backend.core.answers import AnswerState
from backend.loyalty.cards.wallets import PassLink
from backend.loyalty.ledger.booking.card import CardMoment, CardRow, CustomerState, HoldState, LotState
from backend.loyalty.ledger.booking.setup import LimitState, ProgramState, Setup, StoreState, TermsState
from backend.loyalty.ledger.booking.target import Target, TargetCard


class MergeState(msgspec.Struct, frozen=True):
    """A card this one goes on for."""

    id: UUID
    card_id: UUID
    code: str
    merged_at: datetime
    reversible_until: datetime
    customer: CustomerState | None = None
    """Who holds it."""
    shared: list[str] = []
    """What its holder had told and this one's had not."""


class GoesOnAs(msgspec.Struct, frozen=True):
    """The card in use in place of a merged one, over any number of merges."""

    id: UUID
    code: str
    reversible_until: datetime | None = None
    """None: it is too late to undo the merge, or another came after it."""


class CardState(msgspec.Struct, dict=True):
    card: CardRow
    enrolled_store: StoreState
    customer: CustomerState | None
    lots: list[LotState]
    stamped_at: list[datetime]
    """When the stamps of the last five days were given that still count, newest first."""
    redeemed_counts: dict[UUID, int]
    """For rewards with a limit per card: how many pieces this person has had."""
    holds: list[HoldState]
    """Of the last day, in any state."""
    held_rewards: dict[UUID, dict[str, str]]
    """The names of the rewards of these holds, also of those that are no longer offered."""
    merges: list[MergeState]
    setup: Setup
    limits: list[LimitState]
    """Against fraud: every one the merchant has set."""
    answer: AnswerState | None
    past_terms: list[TermsState]
    """Of the last days, oldest first: those in force are in the setup."""
    targets: list[Target]
    target_stores: int
    """At how many stores the order reference was found."""
    target_cards: list[TargetCard]
    """On which cards, of what is not taken back yet."""
    passes: list[PassLink] = []
    """The wallets it is in."""
    goes_on_as: GoesOnAs | None = None
    """None: it was not merged into another."""

    def moment(self, now: datetime) -> CardMoment:
        return CardMoment(now, self.card.last_activity_at, self.setup.merchant.zone)

    @cached_property
    def program(self) -> ProgramState:
        assert self.setup.program is not None, "a card belongs to a program"
        return self.setup.program

    @cached_property
    def terms(self) -> TermsState:
        assert self.setup.terms is not None, "a program has terms"
        return self.setup.terms

    def terms_at(self, moment: datetime) -> TermsState:
        """In force then."""
        known = [*self.past_terms, self.terms]
        published = [terms for terms in known if terms.published_at <= moment]
        return published[-1] if published else known[0]


_decoder = msgspec.json.Decoder(CardState)


def decode_state(document: str) -> CardState:
    return _decoder.decode(document)
