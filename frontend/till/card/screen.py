"""The screen of the open card."""

from datetime import UTC, datetime

import msgspec
from babel.numbers import get_currency_symbol
from litestar import Response

from backend.loyalty.cards.schemas import HoldView
from backend.loyalty.rewards.schemas import CardReward
from backend.loyalty.till.schemas import TillView
from frontend.kit.forms import Form
from frontend.kit.pages import is_htmx
from frontend.kit.preferences import last_category_of
from frontend.kit.request import Request
from frontend.till.card.accidental_input import Question
from frontend.till.card.entered_purchase import form_with
from frontend.till.card.override import OverridePrompt
from frontend.till.screen import messages_of, ready_screen, redirect_with, take_flash, till_page
from frontend.till.toasts import Done


class CardForm(msgspec.Struct, frozen=True):
    """The form of the card: its values and their errors, and what is asked about the submitted command."""

    form: Form
    command: str = ""
    """Name of the submitted command; empty in a new form."""
    override: OverridePrompt | None = None
    question: Question | None = None


def card_screen(
    request: Request, view: TillView, *, status: int = 200, done: Done | None = None, shown: CardForm | None = None
) -> Response[str]:
    """A new form, with the values that `done` keeps, unless one is given."""
    card = view.card
    if card is None:
        return ready_screen(request, view, done=done)
    done = done or take_flash(request)
    shown = shown or CardForm(form_with(done.purchase if done else None, card))
    messages = messages_of(request, view)
    return till_page(
        request,
        view,
        "till/card/page.html",
        address=f"/till/cards/{card.id}",
        status=status,
        done=done,
        form=shown.form,
        command=shown.command,
        override=shown.override,
        question=shown.question,
        submitted_hold=_submitted_hold(shown, card.holds),
        chosen_categories=_chosen_categories(request, view, shown.form),
        hand_over=done.hand_over if done else None,
        enrolled=bool(done and done.enrolled),
        newest=bool(done and done.stamped),
        redeemable=[reward for reward in card.rewards if reward.redeemable],
        nearest=_nearest(card.rewards),
        messages=messages,
        stamp_hint=messages.stamp_hint(card, datetime.now(UTC)),
        currency_sign=get_currency_symbol(view.program.currency, locale=messages.formatter.locale),
    )


def show_done(request: Request, view: TillView, done: Done) -> Response[str]:
    """The response to a form: the screen for htmx, a redirect otherwise, so that a reload does not post again."""
    if is_htmx(request):
        return card_screen(request, view, done=done)
    return redirect_with(request, f"/till/cards/{view.card.id}" if view.card else "/till", done)


def _submitted_hold(shown: CardForm, holds: list[HoldView]) -> HoldView | None:
    """The hold whose form was submitted."""
    return next((hold for hold in holds if shown.command.startswith(f"holds/{hold.id}/")), None)


def _chosen_categories(request: Request, view: TillView, form: Form) -> list[str]:
    """The categories of the form; in a new form the last one sold at this till, or the only one offered."""
    if form.fields:
        return form.many("category_ids")
    offered = [str(category.id) for category in view.program.categories]
    return offered if len(offered) == 1 else [last_category_of(request)]


def _nearest(rewards: list[CardReward]) -> CardReward | None:
    return min(rewards, key=lambda reward: (reward.missing_points, reward.points_required), default=None)
