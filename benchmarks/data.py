"""The measured data: merchants, staff with tokens, cards. Every id is derived from a number.

Card n, user n and store n belong to merchant n modulo MERCHANTS. A script can therefore compute a card, a user who may
book on it and the user's store without a query.
"""

import secrets
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from backend.loyalty.cards.code import ALPHABET, check_letter

MERCHANTS = 8
STORES = 16
USERS = 320
"""Enough to keep a round of earns far below the limit of 60 a minute per user."""
CARDS = 88_000
PASSWORD = secrets.token_urlsafe(24)
"""Of all users, random for each run: production refuses a published password."""
REWARDS_EACH, CATEGORIES_EACH = 3, 4
START_POINTS = 100
MADE_AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
PREFIX = "0199aa00-0000-7000-8{kind:03x}-"
MERCHANT, STORE, USER, PROGRAM, REWARD, CATEGORY, CUSTOMER, CARD, WELCOME, LOT, SIGN_IN, DEVICE, GRANT = range(1, 14)
MEANINGLESS = str.maketrans("0123456789abcdef", ALPHABET)


def id_of(kind: int, number: int) -> UUID:
    return UUID(f"{PREFIX.format(kind=kind)}{number:012x}")


def token_of(user: int) -> str:
    """As long as a real token."""
    return f"benchmark-token-of-till-user-{user:014d}"


def email_of(user: int) -> str:
    return f"till{user}@bench.example"


def store_of(user: int) -> int:
    return user % STORES


def code_of(card: int) -> str:
    body = f"{card * 7919:015x}".translate(MEANINGLESS)
    return body + check_letter(body)


Rows = list[dict[str, Any]]
