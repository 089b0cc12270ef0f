"""The form to add a reward or to change it."""

from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.loyalty.rewards.schemas import RewardDetail
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.rewards import change_reward, create_reward, get_reward
from frontend.kit.conflicts import saved_by
from frontend.kit.fields import version_of
from frontend.kit.forms import Form, read_form, read_query
from frontend.kit.pages import redirect
from frontend.kit.pictures import FORM_BYTES_MAX, take_picture
from frontend.kit.preferences import language_of
from frontend.kit.problems import AWAY, SIGNED_OUT, log_unavailable
from frontend.kit.request import Request
from frontend.office.rewards.conflict import renew, stored_differences
from frontend.office.rewards.editor_page import editor_page
from frontend.office.rewards.form import change_of, draft_of, empty_form, form_of, take_errors
from frontend.office.rewards.views import REWARDS, text_languages_of
from i18n.translator import N_, get_translator

STALE, UNPROCESSABLE = 412, 422


@get(f"{REWARDS}/new", name="office-reward-new")
async def show_new(request: Request) -> Response[str]:
    """`example` in the address: the number of an example to start from."""
    return editor_page(request, empty_form(language_of(request), read_query(request).text("example")))


@post(REWARDS, request_max_body_size=FORM_BYTES_MAX)
async def take_new_reward(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    try:
        await take_picture(request, caller, form)
        draft = draft_of(form, language_of(request), text_languages_of(request))
        if draft is None:
            return editor_page(request, form, status=UNPROCESSABLE)
        reward = await create_reward(caller, draft, key=form.text("idem") or str(uuid4()))
    except BackendProblem as problem:
        return _refused(request, form, problem)
    except BackendUnavailable as error:
        return _unanswered(request, form, error)
    return redirect(request, f"{REWARDS}?saved={reward.id}")


@get(f"{REWARDS}/{{reward_id:uuid}}", name="office-reward")
async def show_reward(request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]) -> Response[str]:
    reward = await get_reward(caller, reward_id)
    return editor_page(request, form_of(reward, language_of(request)), reward_id, reward)


@post(f"{REWARDS}/{{reward_id:uuid}}", request_max_body_size=FORM_BYTES_MAX)
async def take_reward(request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]) -> Response[str]:
    form = await read_form(request)
    try:
        await take_picture(request, caller, form)
        body = change_of(form, language_of(request), text_languages_of(request))
        if body is None:
            return editor_page(request, form, reward_id, await get_reward(caller, reward_id), status=UNPROCESSABLE)
        await change_reward(caller, reward_id, body, version=version_of(form))
    except BackendProblem as problem:
        if problem.status == STALE:
            return await _stale(request, caller, reward_id, form, problem)
        return _refused(request, form, problem, reward_id, await get_reward(caller, reward_id))
    except BackendUnavailable as error:
        return _unanswered(request, form, error, reward_id)
    return redirect(request, f"{REWARDS}?saved={reward_id}")


async def _stale(
    request: Request, caller: Caller, reward_id: UUID, form: Form, problem: BackendProblem
) -> Response[str]:
    """Shows the stored values that differ. Saving again overwrites them."""
    language = language_of(request)
    current = await get_reward(caller, reward_id)
    changed = stored_differences(form, current, language)
    if not changed:
        # Nothing differs: the same form was sent twice.
        return redirect(request, f"{REWARDS}?saved={reward_id}")
    renew(form, current, language)
    who = saved_by(request, problem)
    return editor_page(request, form, reward_id, current, status=STALE, stale=who, differences=changed)


def _refused(
    request: Request,
    form: Form,
    problem: BackendProblem,
    reward_id: UUID | None = None,
    reward: RewardDetail | None = None,
) -> Response[str]:
    if problem.status == SIGNED_OUT:
        raise problem
    take_errors(form, problem, language_of(request))
    form.end_key(problem)
    if not form.errors:
        form.errors[""] = problem.sentence
    return editor_page(request, form, reward_id, reward, status=problem.status)


def _unanswered(
    request: Request, form: Form, error: BackendUnavailable, reward_id: UUID | None = None
) -> Response[str]:
    """The form with what was entered. Sent once more, it has the same key or version, so it is saved once."""
    log_unavailable(request, error)
    say = get_translator(language_of(request)).gettext
    form.errors[""] = say(N_("The server does not answer. Try again in a moment."))
    return editor_page(request, form, reward_id, status=AWAY)
