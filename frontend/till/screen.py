"""Rendering shared by all till states: search and last transactions at the side, the state in the panel."""

from datetime import UTC, datetime, timedelta

import msgspec
from babel.numbers import get_currency_symbol
from litestar import Response

from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.rewards.schemas import CardReward
from backend.loyalty.till.schemas import TillView
from frontend.kit.forms import Form
from frontend.kit.pages import is_htmx, page, redirect
from frontend.kit.preferences import language_of, last_category_of
from frontend.kit.request import Request
from frontend.till.card.kept import hold_of, refilled
from frontend.till.card.lifting import Lifting
from frontend.till.card.slips import Asked
from frontend.till.messages import TillMessages
from frontend.till.toasts import Done, toasts_of

FLASH = "flash"
RECENT = 3
IN_ONE_GO = timedelta(minutes=1)


def card_screen(
    request: Request,
    view: TillView,
    *,
    status: int = 200,
    done: Done | None = None,
    form: Form | None = None,
    lifting: Lifting | None = None,
    asked: Asked | None = None,
) -> Response[str]:
    """The open card. `form` carries entered values and their errors."""
    card = view.card
    if card is None:
        return ready_screen(request, view, done=done)
    messages = messages_of(request, view)
    result = done or _flashed(request)
    form = form or refilled(result.typed if result else None, card)
    return till_page(
        request,
        view,
        "till/card/page.html",
        address=f"/till/cards/{card.id}",
        status=status,
        done=result,
        form=form,
        lifting=lifting,
        asked=asked,
        asked_hold=hold_of(form, card.holds),
        chosen_categories=_chosen_categories(request, view, form),
        hand_over=result.hand_over if result else None,
        enrolled=bool(result and result.enrolled),
        newest=bool(result and result.stamped),
        currency_sign=get_currency_symbol(view.program.currency, locale=messages.formatter.locale),
        **_card_values(card, messages),
    )


def _card_values(card: CardView, messages: TillMessages) -> dict[str, object]:
    """What the template says about the card."""
    return {
        "redeemable": [reward for reward in card.rewards if reward.redeemable],
        "nearest": _nearest(card.rewards),
        "next_reward": messages.next_reward(card),
        "refusal_of": messages.refusal_of,
        "stamp_hint": messages.stamp_hint(card, datetime.now(UTC)),
        "blocked_sentence": messages.blocked(card),
        "spoken": messages.spoken(card),
        "units": messages.units,
        "pieces_of": messages.pieces_of,
    }


def ready_screen(
    request: Request, view: TillView, *, status: int = 200, done: Done | None = None, problem: str | None = None
) -> Response[str]:
    return till_page(
        request,
        view,
        "till/ready/page.html",
        address="/till",
        status=status,
        done=done or _flashed(request),
        problem=problem,
    )


def till_page(
    request: Request,
    view: TillView,
    template: str,
    *,
    address: str | None = None,
    status: int = 200,
    done: Done | None = None,
    **values: object,
) -> Response[str]:
    """`address` is the address of this screen; htmx writes it into the address bar."""
    messages, now = messages_of(request, view), datetime.now(UTC)
    return page(
        request,
        template,
        status=status,
        headers={"HX-Replace-Url": address} if address and is_htmx(request) else {},
        view=view,
        recent=_events(view.recent)[:RECENT],
        time_zone=view.program.timezone,
        toasts=toasts_of(view, messages, done),
        amount_of=messages.amount_of,
        amounts_of=messages.amounts_of,
        when_of=lambda booking: messages.when_of(booking, now),
        state_of=messages.state_of,
        **values,
    )


def show_done(request: Request, view: TillView, done: Done) -> Response[str]:
    """The response to a form: the screen for htmx, a redirect otherwise, so that a reload does not post again."""
    if is_htmx(request):
        return card_screen(request, view, done=done)
    return go_on(request, f"/till/cards/{view.card.id}" if view.card else "/till", done)


def go_on(request: Request, to: str, done: Done) -> Response[str]:
    request.session[FLASH] = msgspec.to_builtins(done)
    return redirect(request, to)


def messages_of(request: Request, view: TillView) -> TillMessages:
    return TillMessages(language_of(request), view.program.timezone)


def _events(bookings: list[TransactionView]) -> list[list[TransactionView]]:
    """Groups the transactions, newest first: those recorded on one card within a minute form one event."""
    events: list[list[TransactionView]] = []
    for booking in bookings:
        last = events[-1][-1] if events else None
        if last and last.card_id == booking.card_id and last.recorded_at - booking.recorded_at <= IN_ONE_GO:
            events[-1].append(booking)
        else:
            events.append([booking])
    return events


def _flashed(request: Request) -> Done | None:
    data = request.session.pop(FLASH, None)
    return msgspec.convert(data, Done) if data else None


def _chosen_categories(request: Request, view: TillView, form: Form) -> list[str]:
    """The categories of the form; in a new form the last one sold at this till, or the only one offered."""
    if form.fields:
        return form.many("category_ids")
    offered = [str(category.id) for category in view.program.categories]
    return offered if len(offered) == 1 else [last_category_of(request)]


def _nearest(rewards: list[CardReward]) -> CardReward | None:
    return min(rewards, key=lambda reward: (reward.missing_points, reward.points_required), default=None)
