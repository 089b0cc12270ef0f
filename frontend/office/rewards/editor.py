"""One reward: the form to add or change it, and its archive."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from backend.loyalty.rewards.schemas import RewardDetail
from frontend.api.client import BackendProblem, Caller
from frontend.api.rewards import (
    archive_reward,
    change_reward,
    create_reward,
    get_reward,
    restore_reward,
    upload_picture,
)
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.rewards.form import change_of, draft_of, empty_form, form_of, stored_differences, take_errors
from frontend.office.rewards.messages import RewardMessages
from frontend.office.rewards.views import REWARDS
from i18n.locales import LANGUAGES
from i18n.translator import N_, get_translator

FORM_BYTES_MAX = 9 * 1024 * 1024
"""More than the backend takes for a picture, so that a picture that is too large gets its own sentence."""
STALE, UNPROCESSABLE, TOO_LARGE = 412, 422, 413
MISSING = -1
"""No version: the backend refuses it like an old one."""


@get(f"{REWARDS}/new", name="office-reward-new")
async def show_new(request: Request, example: FromQuery[int | None] = None) -> Response[str]:
    return _editor(request, empty_form(language_of(request), example), None)


@post(REWARDS, request_max_body_size=FORM_BYTES_MAX)
async def create(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form, language = await read_form(request), language_of(request)
    try:
        await _upload(request, caller, form)
        draft = draft_of(form, language)
        if draft is None:
            return _editor(request, form, None, status=UNPROCESSABLE)
        reward = await create_reward(caller, draft, key=form.text("idem") or str(uuid4()))
    except BackendProblem as problem:
        return _refused(request, form, None, problem)
    return redirect(request, f"{REWARDS}?saved={reward.id}")


@get(f"{REWARDS}/{{reward_id:uuid}}", name="office-reward")
async def show_reward(request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]) -> Response[str]:
    reward = await get_reward(caller, reward_id)
    return _editor(request, form_of(reward, language_of(request)), reward)


@post(f"{REWARDS}/{{reward_id:uuid}}", request_max_body_size=FORM_BYTES_MAX)
async def change(request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]) -> Response[str]:
    form, language = await read_form(request), language_of(request)
    reward = await get_reward(caller, reward_id)
    try:
        await _upload(request, caller, form)
        body = change_of(form, language)
        if body is None:
            return _editor(request, form, reward, status=UNPROCESSABLE)
        await change_reward(caller, reward_id, body, version=_version(form))
    except BackendProblem as problem:
        if problem.status == STALE:
            return await _stale(request, caller, reward_id, form, problem)
        return _refused(request, form, reward, problem)
    return redirect(request, f"{REWARDS}?saved={reward_id}")


@post(f"{REWARDS}/{{reward_id:uuid}}/archive")
async def archive(request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]) -> Response[str]:
    return await _move_to_archive(request, caller, reward_id, is_archived=True)


@post(f"{REWARDS}/{{reward_id:uuid}}/restore")
async def restore(request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]) -> Response[str]:
    return await _move_to_archive(request, caller, reward_id, is_archived=False)


async def _move_to_archive(request: Request, caller: Caller, reward_id: UUID, *, is_archived: bool) -> Response[str]:
    form, work = await read_form(request), archive_reward if is_archived else restore_reward
    try:
        await work(caller, reward_id, version=_version(form))
    except BackendProblem as problem:
        if problem.status != STALE:
            raise
        reward = await get_reward(caller, reward_id)
        if (reward.state == "archived") != is_archived:
            language = language_of(request)
            return _editor(request, form_of(reward, language), reward, status=STALE, stale=_who(request, problem))
    return redirect(request, f"{REWARDS}?saved={reward_id}{'&state=archived' if is_archived else ''}")


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
    form.fields |= {"version": str(current.version), "stock_seen": form_of(current, language).text("stock")}
    return _editor(request, form, current, status=STALE, stale=_who(request, problem), differences=changed)


def _refused(request: Request, form: Form, reward: RewardDetail | None, problem: BackendProblem) -> Response[str]:
    take_errors(form, problem, language_of(request))
    form.end_key(problem)
    if not form.errors:
        form.errors[""] = problem.sentence
    return _editor(request, form, reward, status=problem.status)


def _editor(
    request: Request,
    form: Form,
    reward: RewardDetail | None,
    *,
    status: int = 200,
    stale: str = "",
    differences: Mapping[str, str] | None = None,
) -> Response[str]:
    """`stale`: who has saved meanwhile. `differences`: what they have saved, by field."""
    person, language = find_person(request), language_of(request)
    first = person.merchant_language if person else None
    return page(
        request,
        "office/rewards/editor.html",
        status=status,
        form=form,
        reward=reward,
        stores=person.stores if person else [],
        text_languages=sorted(LANGUAGES, key=lambda code: (code != first, LANGUAGES.index(code))),
        messages=RewardMessages(language),
        stale=stale,
        differences=differences or {},
    )


def _version(form: Form) -> int:
    text = form.text("version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("9999999") else MISSING


def _who(request: Request, problem: BackendProblem) -> str:
    """The name of whoever has saved meanwhile; empty when the backend does not know."""
    return str(problem.facts.get("changed_by") or get_translator(language_of(request)).gettext(N_("Somebody else")))
