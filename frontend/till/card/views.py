from collections.abc import Awaitable, Callable
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import BackendProblem, BackendUnavailable, Caller
from frontend.api.till import get_till
from frontend.kit.forms import Form, FormError, read_form
from frontend.kit.preferences import CATEGORY_COOKIE, preference_cookie
from frontend.kit.request import Request
from frontend.till.card.bookings import Booked, add_stamp_to, confirm_on, earn_points_on, key_of, redeem_on, release_on
from frontend.till.card.kept import typed_of
from frontend.till.card.lifting import (
    FIELDS,
    LIMIT_REACHED,
    is_lifted,
    lifting_errors,
    lifting_of,
    verify_own_pin,
)
from frontend.till.card.relinking import relink
from frontend.till.card.repeats import forget_unanswered, remember_booking, remember_unanswered
from frontend.till.card.slips import Asked, Doubt, ask_when_doubtful
from frontend.till.problems import sentence_of
from frontend.till.screen import card_screen, show_done
from frontend.till.unanswered import show_recorded, show_unanswered

UNPROCESSABLE = 422
SIGNED_OUT = 401
NOT_FOUND = 404

Deed = Callable[[Request, Caller, UUID, Form], Awaitable[Booked]]
DEEDS: dict[str, Deed] = {
    "points": earn_points_on,
    "stamp": add_stamp_to,
    "confirm": confirm_on,
    "release": release_on,
    "relink": relink,
}
"""Every other deed is a reward to redeem."""


@get("/till/cards/{card_id:uuid}", name="card")
async def show_card(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return card_screen(request, await get_till(caller, card_id))


@post("/till/cards/{card_id:uuid}")
async def book(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    """The buttons of one form, told apart by `deed`: points, stamp, stamp_reward, the id of a reward, or
    confirm and release with the id of what was set aside. After a dot: that it was asked about before."""
    form = await read_form(request)
    deed = form.text("deed").partition(".")[0]
    try:
        ask_when_doubtful(request, card_id, form)
        await verify_own_pin(caller, form)
        booked = await DEEDS.get(deed, redeem_on)(request, caller, card_id, form)
    except FormError as error:
        form.errors = {error.field: error.sentence}
        asked = error.asked if isinstance(error, Doubt) else None
        return await _again(request, caller, card_id, form, UNPROCESSABLE, asked=asked)
    except BackendProblem as problem:
        return await _refused(request, caller, card_id, form, problem)
    except BackendUnavailable:
        remember_unanswered(request, card_id, form)
        return show_unanswered(request, form, card_id=card_id, key=key_of(form))
    if deed != "points":
        booked = booked.keeping(typed_of(form, card_id))
    response = await _shown(request, caller, card_id, booked)
    if booked.is_booked:
        remember_booking(request, card_id, form)
        _remember_category(request, response, form)
    return response


def _remember_category(request: Request, response: Response[str], form: Form) -> None:
    for category in form.many("category_ids"):
        secure = request.app.state.settings.is_https
        response.cookies.append(preference_cookie(CATEGORY_COOKIE, category, secure=secure))


async def _shown(request: Request, caller: Caller, card_id: UUID, booked: Booked) -> Response[str]:
    try:
        view = await get_till(caller, card_id)
    except BackendUnavailable:
        return show_recorded(request, booked.done, card_id)
    if not booked.is_booked:
        form = Form({}, {})
        form.errors = {"": booked.done.text}
        return card_screen(request, view, form=form)
    return show_done(request, view, booked.done)


async def _refused(
    request: Request, caller: Caller, card_id: UUID, form: Form, problem: BackendProblem
) -> Response[str]:
    """The fresh card with the reason."""
    if problem.status in {SIGNED_OUT, NOT_FOUND}:
        raise problem
    form.errors = lifting_errors(request, form, problem) or {"": sentence_of(request, problem)}
    if problem.ends_key:
        forget_unanswered(request, form.text("idem"))
    form.end_key(problem)
    is_liftable = problem.code == LIMIT_REACHED or (is_lifted(form) and not problem.ends_key)
    return await _again(request, caller, card_id, form, problem.status, is_liftable=is_liftable)


async def _again(
    request: Request,
    caller: Caller,
    card_id: UUID,
    form: Form,
    status: int,
    *,
    is_liftable: bool = False,
    asked: Asked | None = None,
) -> Response[str]:
    """Under the same key, unless it was ended: an earlier try may still be under way."""
    view = await get_till(caller, card_id)
    asks_owner = is_liftable or (is_lifted(form) and FIELDS & form.errors.keys())
    lifting = lifting_of(request, view, form) if asks_owner else None
    return card_screen(request, view, status=status, form=form, lifting=lifting, asked=asked)
