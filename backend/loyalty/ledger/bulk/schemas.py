"""Many cards at once."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.enums import CardChangeOutcome
from backend.core.schemas import Answer, Body
from backend.loyalty.ledger.schemas.fields import Reason

BulkAction = Literal["deactivate", "reactivate", "adjust"]

CARDS_MAX = 5000


class BulkChange(Body):
    """The same change of many cards."""

    action: BulkAction
    """`deactivate`: out of use. `reactivate`: back into use. `adjust`: add or take `points`."""
    card_ids: Annotated[list[UUID], Meta(min_length=1, max_length=CARDS_MAX)]
    """Ids of the cards, at most 5000. One that is named twice counts once."""
    reason: Annotated[Reason, Meta(examples=["Cards of the old program"])]
    points: Annotated[int, Meta(ge=-100_000, le=100_000)] | None = None
    """Points to add to each card, or to take when negative. With `adjust`, and only then."""


class CardResult(Answer):
    """What became of one card."""

    card_id: UUID
    """Id of the card."""
    outcome: CardChangeOutcome
    """`done`: changed. `refused`: see `code`. `failed`: an error of the server. `waiting`: not reached; send the
    request again with the same key."""
    code: str | None
    """Code of the problem, as the same change of this card alone would be refused. Null unless refused or failed."""
    title: str | None
    """Title of the problem, in the reader's language. Null unless refused or failed."""


class BulkView(Answer):
    """What became of the cards."""

    done_count: int
    """Number of cards that were changed."""
    refused_count: int
    """Number of cards whose change was refused."""
    failed_count: int
    """Number of cards that an error of the server prevented. Repeating the request with the same key tries them
    again."""
    waiting_count: int
    """Number of cards not reached in time. Repeating the request with the same key continues with them."""
    results: list[CardResult]
    """One result for each card, in the order of the request."""
