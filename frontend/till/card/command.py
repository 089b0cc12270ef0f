"""A command: what one button of the card's forms records."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, TypeVar
from uuid import UUID

from backend.core.schemas import Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.till.schemas import TillView
from frontend.api.client import Caller
from frontend.kit.forms import Form, body_of
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.card.override import override_of, verify_own_pin
from frontend.till.messages import TillMessages
from frontend.till.toasts import Done
from i18n.formatting import TIME_ZONE

B = TypeVar("B", bound=Body)

PURCHASE = "points"
"""Name of the command that records a purchase."""


def key_of(form_key: str, command: str) -> str:
    """The idempotency key of a command. All buttons with its address have the same one: together they book once.

    A form without commands has only the key of the form: `command` is empty.
    """
    return f"{form_key}.{command.replace('/', '.')}" if command else form_key


@dataclass(frozen=True, slots=True)
class Command(ABC):
    """The submitted form and its card. There is a subclass for each button."""

    request: Request
    caller: Caller
    card_id: UUID
    form: Form

    keeps_purchase: ClassVar[bool] = True
    """Whether values entered for a purchase stay in the form afterwards."""

    @property
    def name(self) -> str:
        """The address of the button below the card's, such as `points` or `holds/<id>/confirm`."""
        return self.request.url.path.split("/", 4)[-1]

    @property
    def key(self) -> str:
        return key_of(self.form.text("idem"), self.name)

    @property
    def messages(self) -> TillMessages:
        return TillMessages(language_of(self.request), TIME_ZONE)

    def ask(self) -> None:  # noqa: B027 - most commands are never accidental
        """Raises AccidentalInput when the command must be confirmed first."""

    @abstractmethod
    async def book(self) -> Done:
        """Raises FormError, BackendProblem and BackendUnavailable."""

    def describe(self, view: TillView) -> str:  # noqa: ARG002 - not every command has limits
        """What an owner agrees to with an override: an amount of money, or the name of what is handed over."""
        return ""

    async def body(self, schema: type[B], **values: object) -> B:
        """The body of the API call, with the PINs of the form. Raises FormError."""
        await verify_own_pin(self.caller, self.form)
        override = override_of(self.request, self.form)
        pins = {"staff_pin": self.form.optional("staff_pin"), "override": override}
        return body_of(schema, values | pins, self.messages.translator.gettext("A PIN has 4 to 8 digits."))

    def done(
        self, booking: TransactionView, card: CardView, *, hand_over: str | None = None, stamped: bool = False
    ) -> Done:
        text = self.messages.booked(booking, card)
        return Done(text, hand_over=hand_over, stamped=stamped, transaction_id=booking.id)
