"""Luc takes over Anna's till with his PIN."""

from uuid import UUID

from backend.identity.schemas import MerchantRef, SessionView, UserView
from tests.frontend.canned import ID
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, soon

LUC = UUID(int=77)
COLLEAGUES, SWITCH = "GET /store/loyalty/pins/colleagues", "POST /store/loyalty/pins/switch"


def lucs_session() -> SessionView:
    user = UserView(
        LUC, "luc@fashion.example", "Luc Thill", "merchant_owner", "en", ["loyalty.view_programs"],
        MerchantRef(ID, "fashion", "Fashion", "fr"), [ANNA_AT_THE_HUB], [], "pin",
    )  # fmt: skip
    return SessionView("lucs-token", soon(), user)
