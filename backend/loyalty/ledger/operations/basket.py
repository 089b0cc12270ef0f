"""A sale by its amount or by the lines of its basket."""

from dataclasses import dataclass
from uuid import UUID

from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.ledger.schemas.bookings import PURCHASE_CENTS_MAX, Earn
from i18n.translator import N_

TOTAL = N_("The lines do not add up to the amount of the purchase.")
EMPTY = N_("The lines add up to nothing, or to more than a purchase can have.")


@dataclass(frozen=True, slots=True)
class Sale:
    cents: int
    category_ids: list[UUID]


def sale_of(body: Earn) -> Sale:
    """Raises ValidationFailed without an amount, and for lines that do not add up to it."""
    if not body.lines:
        if body.purchase_amount_cents is None:
            raise ValidationFailed(FieldError("/purchase_amount_cents", "required"))
        return Sale(body.purchase_amount_cents, body.category_ids)
    total = sum(line.amount_cents for line in body.lines)
    if body.purchase_amount_cents not in {None, total}:
        raise ValidationFailed(FieldError("/lines", "sum_differs", TOTAL))
    if not 0 < total <= PURCHASE_CENTS_MAX:
        raise ValidationFailed(FieldError("/lines", "sum_out_of_range", EMPTY))
    categories = [line.category_id for line in body.lines if line.category_id is not None]
    return Sale(total, list(dict.fromkeys([*body.category_ids, *categories])))
