"""Rows of cards: each has one sale, whose points are all unspent."""

from typing import Any

from benchmarks.data import (
    CARD,
    CUSTOMER,
    LOT,
    MADE_AT,
    MERCHANT,
    MERCHANTS,
    PROGRAM,
    START_POINTS,
    STORE,
    STORES,
    WELCOME,
    Rows,
    code_of,
    id_of,
)
from benchmarks.digests import chained, digest


def card_rows(count: int) -> dict[str, Rows]:
    sales = [_sale(n) for n in range(count)]
    return {"customers": _customers(count), "cards": _cards(sales), "transactions": sales, "lots": _lots(count)}


def _customers(count: int) -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n % MERCHANTS),
            "id": id_of(CUSTOMER, n),
            "email": f"c{n}@bench.example",
            "email_norm": f"c{n}@bench.example",
            "mailbox": f"c{n}@bench.example",
            "first_name": "Marie",
            "last_name": f"Weber {n}",
            "language": "fr",
            "created_at": MADE_AT,
        }
        for n in range(count)
    ]


def _cards(sales: Rows) -> Rows:
    return [
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
            "last_digest": sale["digest"],
            "version": 1,
            "wallet_version": 1,
            "page_version": 0,
            "enrolled_at": MADE_AT,
            "last_activity_at": MADE_AT,
        }
        for n, sale in enumerate(sales)
    ]


def _lots(count: int) -> Rows:
    return [
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
        for n in range(count)
    ]


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
