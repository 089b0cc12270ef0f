"""The measured data: merchants, staff with tokens, cards. Written by COPY; every id is derived from a number.

Card n, user n and store n belong to merchant n modulo MERCHANTS. A script can therefore compute a card, a user who may
book on it and the user's store without a query.
"""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg

from backend.access.permissions import TILL
from backend.core.hashing import hash_now
from backend.loyalty.cards.code import ALPHABET, check_letter
from benchmarks.digests import chained, digest

MERCHANTS = 8
STORES = 16
USERS = 320
"""Enough to keep a round of earns far below the limit of 60 a minute per user."""
CARDS = 25_000
PASSWORD = secrets.token_urlsafe(24)
"""Of all users, random for each run: production refuses a published password."""
REWARDS_EACH, CATEGORIES_EACH = 3, 4
START_POINTS = 100
MADE_AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
PREFIX = "0199aa00-0000-7000-8{kind:03x}-"
MERCHANT, STORE, USER, PROGRAM, REWARD, CATEGORY, CUSTOMER, CARD, WELCOME, LOT, SIGN_IN = range(1, 12)
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


async def write_data(url: str, cards: int = CARDS) -> None:
    """As the superuser, which is not subject to row-level security."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SET CONSTRAINTS ALL DEFERRED")
            for table, rows in (*merchant_rows().items(), *people_rows().items(), *_cards(cards).items()):
                await connection.copy_records_to_table(
                    table, columns=list(rows[0]), records=[list(r.values()) for r in rows]
                )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


Rows = list[dict[str, Any]]


def _texts(text: str) -> str:
    return f'{{"en": "{text}", "fr": "{text} (fr)", "de": "{text} (de)", "lb": "{text} (lb)"}}'


def merchant_rows() -> dict[str, Rows]:
    merchants, stores = range(MERCHANTS), range(STORES)
    return {
        "merchants": [
            {
                "id": id_of(MERCHANT, n),
                "code": f"bench-{n}",
                "name": f"Merchant {n}",
                "timezone": "Europe/Luxembourg",
                "default_language": "fr",
                "currency": "EUR",
                "created_at": MADE_AT,
            }
            for n in merchants
        ],
        "policies": [
            {
                "merchant_id": id_of(MERCHANT, n),
                "staff_pin_policy": "optional",
                "lockout_attempts": 5,
                "lockout_minutes": 30,
                "allow_self_enrollment": True,
                "allow_void_transactions": True,
                "allow_cross_location_redemption": True,
                "require_order_reference": False,
                "log_ip_addresses": False,
            }
            for n in merchants
        ],
        "programs": [
            {
                "merchant_id": id_of(MERCHANT, n),
                "id": id_of(PROGRAM, n),
                "type": "hybrid",
                "name": "Club",
                "card_name": "Club card",
                "card_color": "#414FD2",
                "terms_text": _texts("One point for each euro."),
                "default_language": "fr",
                "terms_version": 1,
                "is_active": True,
                "created_at": MADE_AT,
            }
            for n in merchants
        ],
        "terms_versions": [
            {
                "merchant_id": id_of(MERCHANT, n),
                "program_id": id_of(PROGRAM, n),
                "version": 1,
                "points_numerator": 1,
                "points_denominator": 1,
                "minimum_purchase_cents": 0,
                "minimum_redemption_points": 50,
                "welcome_bonus_points": 0,
                "stamps_target": 10,
                "stamp_reward": _texts("A free coffee"),
                "stamp_reward_value_cents": 400,
                "cooldown_minutes": 15,
                "max_daily_stamps": 5,
                "expiry_kind": "inactivity",
                "expiry_days": 365,
                "return_policy": "debt",
                "published_at": MADE_AT,
            }
            for n in merchants
        ],
        "stores": [
            {
                "merchant_id": id_of(MERCHANT, n % MERCHANTS),
                "id": id_of(STORE, n),
                "code": f"BENCH{n}",
                "name": f"Store {n}",
                "timezone": "Europe/Luxembourg",
                "is_active": True,
                "created_at": MADE_AT,
            }
            for n in stores
        ],
        "categories": [
            {
                "merchant_id": id_of(MERCHANT, n % MERCHANTS),
                "id": id_of(CATEGORY, n + STORES * position),
                "store_id": id_of(STORE, n),
                "name": _texts(f"Category {position}"),
                "position": position + 1,
                "is_active": True,
            }
            for n in stores
            for position in range(CATEGORIES_EACH)
        ],
        "rewards": [
            {
                "merchant_id": id_of(MERCHANT, n),
                "id": id_of(REWARD, n + MERCHANTS * place),
                "program_id": id_of(PROGRAM, n),
                "name": _texts(f"Reward {place}"),
                "description": _texts("Handed over at the till."),
                "points_required": 100 * (place + 1),
                "value_cents": 500,
                "is_active": True,
                "created_at": MADE_AT,
            }
            for n in merchants
            for place in range(REWARDS_EACH)
        ],
    }


def people_rows() -> dict[str, Rows]:
    users, password_hash, now = range(USERS), hash_now(PASSWORD), datetime.now(UTC)
    return {
        "users": [
            {
                "id": id_of(USER, n),
                "merchant_id": id_of(MERCHANT, n % MERCHANTS),
                "role": "store_member",
                "email": email_of(n),
                "email_norm": email_of(n),
                "name": f"Till User {n}",
                "password_hash": password_hash,
                "is_active": True,
                "created_at": MADE_AT,
            }
            for n in users
        ],
        "store_members": [
            {
                "merchant_id": id_of(MERCHANT, n % MERCHANTS),
                "store_id": id_of(STORE, store_of(n)),
                "user_id": id_of(USER, n),
                "permissions": sorted(TILL),
            }
            for n in users
        ],
        "access_tokens": [
            {
                "token_hash": sha256(token_of(n).encode()).digest(),
                "id": id_of(SIGN_IN, n),
                "user_id": id_of(USER, n),
                "created_at": now,
                "expires_at": now + timedelta(hours=12),
            }
            for n in users
        ],
    }


def _cards(count: int) -> dict[str, Rows]:
    """Each with one sale, whose points are all unspent."""
    cards = range(count)
    sales = [_sale(n) for n in cards]
    return {
        "customers": [
            {
                "merchant_id": id_of(MERCHANT, n % MERCHANTS),
                "id": id_of(CUSTOMER, n),
                "email": f"c{n}@bench.example",
                "email_norm": f"c{n}@bench.example",
                "first_name": "Marie",
                "last_name": f"Weber {n}",
                "language": "fr",
                "created_at": MADE_AT,
            }
            for n in cards
        ],
        "cards": [
            {
                "merchant_id": id_of(MERCHANT, n % MERCHANTS),
                "id": id_of(CARD, n),
                "code": code_of(n),
                "customer_id": id_of(CUSTOMER, n),
                "program_id": id_of(PROGRAM, n % MERCHANTS),
                "store_id": id_of(STORE, n % STORES),
                "state": "active",
                "points_balance": START_POINTS,
                "debt_points": 0,
                "stamp_count": 0,
                "carry_numerator": 0,
                "carry_denominator": 1,
                "last_seq": 1,
                "last_digest": sales[n]["digest"],
                "version": 1,
                "wallet_version": 1,
                "page_version": 0,
                "enrolled_at": MADE_AT,
                "last_activity_at": MADE_AT,
            }
            for n in cards
        ],
        "transactions": sales,
        "lots": [
            {
                "merchant_id": id_of(MERCHANT, n % MERCHANTS),
                "id": id_of(LOT, n),
                "card_id": id_of(CARD, n),
                "transaction_id": id_of(WELCOME, n),
                "unit": "points",
                "original": START_POINTS,
                "remaining": START_POINTS,
                "idle_days": 365,
                "has_grace": False,
            }
            for n in cards
        ],
    }


def _sale(n: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "merchant_id": id_of(MERCHANT, n % MERCHANTS),
        "id": id_of(WELCOME, n),
        "card_id": id_of(CARD, n),
        "seq": 1,
        "kind": "earned",
        "unit": "points",
        "amount": START_POINTS,
        "points_after": START_POINTS,
        "stamps_after": 0,
        "debt_after": 0,
        "store_id": id_of(STORE, n % STORES),
        "program_id": id_of(PROGRAM, n % MERCHANTS),
        "terms_version": 1,
        "occurred_at": MADE_AT,
        "recorded_at": MADE_AT,
    }
    return row | {"digest": digest(b"", chained(row))}
