"""A promise of the ledger, as SQL that selects the cards that break it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    name: str
    """I1 to I12, as in the specification of the ledger."""
    says: str
    broken: str
    """Selects card_id and facts of each card that breaks it."""
