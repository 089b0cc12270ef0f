"""Where on the card's next screen belongs what was typed on this one."""

from backend.loyalty.cards.schemas import HoldView
from frontend.kit.forms import Form


def hold_of(form: Form, holds: list[HoldView]) -> HoldView | None:
    """What is set aside and was to be handed over or released by this form."""
    hold_id = form.text("deed").partition(".")[2]
    return next((hold for hold in holds if str(hold.id) == hold_id), None)
