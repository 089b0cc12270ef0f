"""From a filled-in form to one booking, and the sentence about it."""

from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.bookings import Earn, Redemption, RedemptionView, Stamp
from backend.loyalty.ledger.schemas.holds import Confirmation
from frontend.api.client import Caller
from frontend.api.ledger import add_stamp, confirm_hold, earn_points, redeem_reward, release_hold
from frontend.kit.forms import Form, FormError, body_of
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.card.kept import Typed
from frontend.till.card.lifting import override_of
from frontend.till.messages import TillMessages
from frontend.till.returns.forms import cents_of, pieces_of
from frontend.till.toasts import Done
from i18n.formatting import TIME_ZONE
from i18n.translator import get_translator

B = TypeVar("B", Earn, Stamp)
OF_A_HOLD = {"confirm", "release"}


class Booked(msgspec.Struct, frozen=True):
    done: Done
    is_booked: bool = True
    """False for a purchase below the minimum: an answer, but no booking."""

    def keeping(self, typed: Typed | None) -> "Booked":
        return replace(self, done=replace(self.done, typed=typed))


def key_of(form: Form) -> str:
    """Each button of a form books under a key of its own; pressed again after no answer, under the same one."""
    return booking_key(form.text("idem"), form.text("deed"))


def booking_key(idem: str, deed: str) -> str:
    """The button that confirms a command has the key of the one that asks for it: both together book once."""
    name, _, rest = deed.partition(".")
    return f"{idem}.{name}.{rest}" if name in OF_A_HOLD else f"{idem}.{name}"


async def earn_points_on(request: Request, caller: Caller, card_id: UUID, form: Form) -> Booked:
    body = _body(request, Earn, form, purchase_amount_cents=cents_of(request, form))
    answer = await earn_points(caller, card_id, body, key=key_of(form))
    if answer.transaction is None:
        _ = get_translator(language_of(request)).gettext
        return Booked(Done(_("Nothing was recorded: the amount is below the program’s minimum.")), is_booked=False)
    return Booked(_done(request, answer.transaction, answer.card))


async def add_stamp_to(request: Request, caller: Caller, card_id: UUID, form: Form) -> Booked:
    answer = await add_stamp(caller, card_id, _body(request, Stamp, form), key=key_of(form))
    return Booked(_done(request, answer.transaction, answer.card, stamped=True))


async def redeem_on(request: Request, caller: Caller, card_id: UUID, form: Form) -> Booked:
    deed = form.text("deed").partition(".")[0]
    chosen: dict[str, object] = {"unit": "stamps"} if deed == "stamp_reward" else {"reward_id": deed}
    chosen |= _pins(request, form)
    body = body_of(Redemption, chosen, _pin_sentence(request))
    return _redeemed(request, await redeem_reward(caller, card_id, body, key=key_of(form)))


async def confirm_on(request: Request, caller: Caller, card_id: UUID, form: Form) -> Booked:
    """What was set aside is handed over, or fewer pieces of it."""
    hold_id = _hold_id(form)
    quantity = pieces_of(request, form, f"quantity.{hold_id}")
    values = {"quantity": quantity, **_pins(request, form)}
    body = body_of(Confirmation, values, _pin_sentence(request))
    return _redeemed(request, await confirm_hold(caller, card_id, hold_id, body, key=key_of(form)))


async def release_on(request: Request, caller: Caller, card_id: UUID, form: Form) -> Booked:
    answer = await release_hold(caller, card_id, _hold_id(form), key=key_of(form))
    messages = _words(request)
    name, amount = answer.card.customer.name, messages.units(answer.hold.unit, answer.hold.amount)
    sentence = messages.translator.ngettext(
        "%(name)s: %(amount)s available again.",
        "%(name)s: %(amount)s available again.",
        answer.hold.amount,
        name=name,
        amount=amount,
    )
    return Booked(Done(sentence))


def _hold_id(form: Form) -> UUID:
    """The deed is `confirm.<id>` or `release.<id>`; our own buttons write it. Raises FormError."""
    try:
        return UUID(form.text("deed").partition(".")[2])
    except ValueError as error:
        raise FormError("", "") from error


def _redeemed(request: Request, answer: RedemptionView) -> Booked:
    booked = answer.transaction
    reward = _words(request).pieces(booked.reward or answer.card.stamp_reward, booked.quantity)
    return Booked(_done(request, booked, answer.card, hand_over=reward))


def _done(
    request: Request, booking: TransactionView, card: CardView, *, hand_over: str | None = None, stamped: bool = False
) -> Done:
    text = _words(request).booked(booking, card)
    return Done(text, hand_over=hand_over, stamped=stamped, transaction_id=booking.id)


def _body(request: Request, schema: type[B], form: Form, **more: object) -> B:
    values: dict[str, object] = {
        "category_ids": form.many("category_ids"),
        **_pins(request, form),
        **more,
    }
    if schema is Earn:
        values["order_reference"] = form.optional("order_reference")
    return body_of(schema, values, _pin_sentence(request))


def _pins(request: Request, form: Form) -> dict[str, object]:
    """The person's own, and the owner's where a limit is lifted. Raises FormError."""
    return {"staff_pin": form.optional("staff_pin"), "override": override_of(request, form)}


def _pin_sentence(request: Request) -> str:
    return get_translator(language_of(request)).gettext("A PIN has 4 to 8 digits.")


def _words(request: Request) -> TillMessages:
    return TillMessages(language_of(request), TIME_ZONE)
