"""Computes digests of transactions like the SQL function `chain_digest`, for data written by COPY."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

CHAINED = (
    "merchant_id", "id", "card_id", "seq", "kind", "unit", "amount", "points_after", "stamps_after", "debt_after",
    "store_id", "user_id", "staff_pin_id", "device_id", "on_behalf_user_id", "program_id", "terms_version",
    "purchase_amount_cents", "order_reference", "reward_id", "voids_id", "idempotency_key", "occurred_at",
    "recorded_at", "quantity", "reversed_points", "hold_id", "override_user_id",
)  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def chained(row: Mapping[str, Any]) -> str:
    """The digested columns as text. Text values must not contain characters that SQL would quote."""
    return f"({','.join(_shown(row.get(name)) for name in CHAINED)})"


def digest(before: bytes, line: str) -> bytes:
    return sha256(before + line.encode()).digest()


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return str((value - EPOCH) // timedelta(microseconds=1))
    return "" if value is None else str(value)
