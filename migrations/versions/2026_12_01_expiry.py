"""Expiry is booked on many cards in one transaction, and repeated for the cards that have failed."""

from backend.core import sql_functions

revision = "2026_12_01_expiry"
down_revision = "2026_11_30_readiness"

FUNCTIONS = ("book_each", "merchants_of_cards")


def upgrade() -> None:
    sql_functions.create(revision, *FUNCTIONS)


def downgrade() -> None:
    sql_functions.drop(*FUNCTIONS)
