"""What has become of the operations of a batch: read from answers, and kept."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, update

from backend.core.database import Sessions
from backend.loyalty.offline.entries import BatchEntry
from backend.loyalty.offline.models import DeviceOperation

KEPT = ("state", "reason", "status", "problem", "card_id", "transaction_id", "was_online", "content")


class _Named(msgspec.Struct):
    id: UUID


class _Answer(msgspec.Struct):
    """Of a booking, or of an enrollment, which is the card itself."""

    id: UUID | None = None
    card: _Named | None = None
    transaction: _Named | None = None
    transactions: list[_Named] = []


def read_booked(body: bytes) -> dict[str, Any]:
    """The ids of transaction and card; None for the transaction of a sale below the minimum, and of an enrollment."""
    answer = msgspec.json.decode(body, type=_Answer)
    transactions = [answer.transaction] if answer.transaction else answer.transactions
    return {
        "transaction_id": transactions[0].id if transactions else None,
        "card_id": answer.card.id if answer.card else answer.id,
    }


async def save(sessions: Sessions, merchant_id: UUID, entries: Sequence[BatchEntry]) -> None:
    """In one round trip. What a person has decided meanwhile stays."""
    rows = [entry.row for entry in entries if entry.row is not None and entry.item is not None]
    if not rows:
        return
    statement = (
        update(DeviceOperation)
        .where(
            DeviceOperation.merchant_id == merchant_id,
            DeviceOperation.id == bindparam("row_id"),
            DeviceOperation.state == "received",
        )
        .values({name: bindparam(f"new_{name}") for name in KEPT})
    )
    changes = [{"row_id": row.id} | {f"new_{name}": getattr(row, name) for name in KEPT} for row in rows]
    async with sessions.committing(merchant_id) as session:
        connection = await session.connection()
        await connection.execute(statement, changes)
