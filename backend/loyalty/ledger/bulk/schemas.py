"""Many cards at once."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.loyalty.ledger.schemas.fields import Reason

CARDS_MAX = 5000


class BulkChange(Body):
    action: Literal["deactivate", "reactivate", "adjust"]
    card_ids: Annotated[list[UUID], Meta(min_length=1, max_length=CARDS_MAX)]
    """At most 5000; named twice counts once."""
    reason: Annotated[Reason, Meta(examples=["Cards of the old program"])]
    points: Annotated[int, Meta(ge=-100_000, le=100_000)] | None = None
    """For each card; with `adjust`, and only then."""


class CardResult(Answer):
    card_id: UUID
    outcome: str
    """done | refused | failed | waiting"""
    code: str | None
    """Of the problem, as the same change of this one card is answered with."""
    title: str | None


class BulkView(Answer):
    done_count: int
    refused_count: int
    failed_count: int
    """What went wrong on our side."""
    waiting_count: int
    """Not reached within the time of one request. Send it again with the same key: it tries these and what failed."""
    results: list[CardResult]
    """In the order of the request."""
