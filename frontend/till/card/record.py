"""Records a command and shows the card: with the result, with a question, or with the reason for a refusal."""

from litestar import Response
from msgspec.structs import replace

from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.till import get_till
from frontend.kit.forms import Form, FormError
from frontend.kit.preferences import CATEGORY_COOKIE, preference_cookie
from frontend.till.card.accidental_input import AccidentalInput, Question
from frontend.till.card.command import Command
from frontend.till.card.entered_purchase import entered_purchase
from frontend.till.card.override import (
    FIELDS,
    LIMIT_REACHED,
    has_override,
    override_errors,
    override_prompt,
)
from frontend.till.card.repeats import forget_unanswered, remember_booking, remember_unanswered
from frontend.till.card.screen import CardForm, card_screen, show_done
from frontend.till.problems import sentence_of
from frontend.till.toasts import Done
from frontend.till.unanswered import show_recorded, show_unanswered, state_address

UNPROCESSABLE = 422
SIGNED_OUT = 401
NOT_FOUND = 404


async def record(command: Command) -> Response[str]:
    """Raises BackendProblem when the sign-in has ended or the card is unknown."""
    form = command.form
    try:
        command.ask()
        done = await command.book()
    except FormError as error:
        form.errors = {error.field: error.sentence}
        question = error.question if isinstance(error, AccidentalInput) else None
        return await _show_again(command, UNPROCESSABLE, question=question)
    except BackendProblem as problem:
        return await _show_refused(command, problem)
    except BackendUnavailable:
        remember_unanswered(command)
        address = state_address(form.text("idem"), card_id=command.card_id, command=command.name)
        return show_unanswered(command.request, form, address=address)
    return await _show_recorded(command, done)


async def _show_recorded(command: Command, done: Done) -> Response[str]:
    if command.keeps_purchase:
        done = replace(done, purchase=entered_purchase(command.form, command.card_id))
    response = await _show(command, done)
    if done.is_booked:
        remember_booking(command)
        _remember_category(command, response)
    return response


async def _show(command: Command, done: Done) -> Response[str]:
    try:
        view = await get_till(command.caller, command.card_id)
    except BackendUnavailable:
        return show_recorded(command.request, done, command.card_id)
    if done.is_booked:
        return show_done(command.request, view, done)
    form = Form({})
    form.errors = {"": done.text}
    return card_screen(command.request, view, shown=CardForm(form))


def _remember_category(command: Command, response: Response[str]) -> None:
    is_secure = command.request.app.state.settings.is_https
    for category in command.form.many("category_ids"):
        response.cookies.append(preference_cookie(CATEGORY_COOKIE, category, secure=is_secure))


async def _show_refused(command: Command, problem: BackendProblem) -> Response[str]:
    """Offers an override when a limit was reached, and again when the override itself was refused."""
    if problem.status in {SIGNED_OUT, NOT_FOUND}:
        raise problem
    request, form = command.request, command.form
    form.errors = override_errors(request, form, problem) or {"": sentence_of(request, problem)}
    if problem.ends_key:
        forget_unanswered(request, form.text("idem"))
    form.end_key(problem)
    is_offered = problem.code == LIMIT_REACHED or (has_override(form) and not problem.ends_key)
    return await _show_again(command, problem.status, offers_override=is_offered)


async def _show_again(
    command: Command, status: int, *, question: Question | None = None, offers_override: bool = False
) -> Response[str]:
    """The current card with the entered values, and with the same key unless that has ended: an earlier attempt may
    still be in progress.
    """
    form, view = command.form, await get_till(command.caller, command.card_id)
    override = None
    if offers_override or (has_override(form) and FIELDS & form.errors.keys()):
        override = override_prompt(command.name, command.describe(view), form, view)
    shown = CardForm(form, command.name, override, question)
    return card_screen(command.request, view, status=status, shown=shown)
