"""The form to add a reward or to change it."""

from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.loyalty.rewards.schemas import RewardDetail
from frontend.api.client import BackendProblem, BackendUnavailable, Caller
from frontend.api.rewards import change_reward, create_reward, get_reward, upload_picture
from frontend.kit.forms import Form, read_form, read_query
from frontend.kit.pages import redirect
from frontend.kit.preferences import language_of
from frontend.kit.problems import AWAY, SIGNED_OUT, log_unavailable
from frontend.kit.request import Request
from frontend.office.rewards.conflict import renew, stored_differences
from frontend.office.rewards.editor_page import editor_page, saved_by, version_of
from frontend.office.rewards.form import change_of, draft_of, empty_form, form_of, take_errors
from frontend.office.rewards.views import REWARDS, text_languages_of
from i18n.translator import N_, get_translator

FORM_BYTES_MAX = 9 * 1024 * 1024
"""More than the backend takes for a picture, so that a picture that is too large gets its own sentence."""
STALE, UNPROCESSABLE, TOO_LARGE = 412, 422, 413


@get(f"{REWARDS}/new", name="office-reward-new")
async def show_new(request: Request) -> Response[str]:
    """`example` in the address: the number of an example to start from."""
    return editor_page(request, empty_form(language_of(request), read_query(request).text("example")))


@post(REWARDS, request_max_body_size=FORM_BYTES_MAX)
async def create(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    try:
        await _upload(request, caller, form)
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
async def change(request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]) -> Response[str]:
    form = await read_form(request)
    try:
        await _upload(request, caller, form)
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


async def _upload(request: Request, caller: Caller, form: Form) -> None:
    """Keeps the hash of a new picture in the form, so that it is not lost when another field is invalid."""
    file = (await request.form()).get("picture_file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    if not content:
        return
    try:
        form.fields["picture"] = (await upload_picture(caller, content)).hash
        form.fields.pop("remove_picture", None)
    except BackendProblem as problem:
        if problem.status == TOO_LARGE:
            say = get_translator(language_of(request)).gettext
            form.errors["picture"] = say(N_("The picture is larger than 8 MB. Choose a smaller one."))
        elif problem.code == "picture_unreadable":
            form.errors["picture"] = problem.sentence
        else:
            raise


async def _stale(
    request: Request, caller: Caller, reward_id: UUID, form: Form, problem: BackendProblem
) -> Response[str]:
    """Somebody has saved meanwhile. The form shows what differs; saved once more, it replaces that."""
    language = language_of(request)
    current = await get_reward(caller, reward_id)
    changed = stored_differences(form, current, language)
    if not changed:
        # The same form was sent twice.
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
