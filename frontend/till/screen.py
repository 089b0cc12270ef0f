"""Rendering shared by all till states: search and last transactions at the side, the state in the panel."""

from datetime import UTC, datetime, timedelta

import msgspec
from litestar import Response

from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.till.schemas import TillView
from frontend.kit.pages import is_htmx, page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.lock.idle import lock_after_seconds, note_policy
from frontend.till.messages import TillMessages
from frontend.till.toasts import Done, toasts_of

FLASH = "flash"
RECENT = 3
EVENT_SPAN = timedelta(minutes=1)


def ready_screen(
    request: Request, view: TillView, *, status: int = 200, done: Done | None = None, problem: str | None = None
) -> Response[str]:
    return till_page(
        request,
        view,
        "till/ready/page.html",
        address="/till",
        status=status,
        done=done or take_flash(request),
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
    note_policy(request, view.program.policy)
    return page(
        request,
        template,
        status=status,
        headers={"HX-Replace-Url": address} if address and is_htmx(request) else {},
        view=view,
        lock_after_seconds=lock_after_seconds(view.program.policy),
        recent=_events(view.recent)[:RECENT],
        time_zone=view.program.timezone,
        toasts=toasts_of(view, messages, done),
        amount_of=messages.amount_of,
        amounts_of=messages.amounts_of,
        when_of=lambda booking: messages.when_of(booking, now),
        state_of=messages.state_of,
        **values,
    )


def redirect_with(request: Request, to: str, done: Done) -> Response[str]:
    request.session[FLASH] = msgspec.to_builtins(done)
    return redirect(request, to)


def take_flash(request: Request) -> Done | None:
    """The result of the form that redirected here."""
    data = request.session.pop(FLASH, None)
    return msgspec.convert(data, Done) if data else None


def messages_of(request: Request, view: TillView) -> TillMessages:
    return TillMessages(language_of(request), view.program.timezone)


def _events(bookings: list[TransactionView]) -> list[list[TransactionView]]:
    """Groups the transactions, newest first: those recorded on one card within a minute form one event."""
    events: list[list[TransactionView]] = []
    for booking in bookings:
        last = events[-1][-1] if events else None
        if last and last.card_id == booking.card_id and last.recorded_at - booking.recorded_at <= EVENT_SPAN:
            events[-1].append(booking)
        else:
            events.append([booking])
    return events
