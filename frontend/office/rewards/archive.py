"""Takes a reward out of the list, and back into it."""

from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.rewards import archive_reward, get_reward, restore_reward
from frontend.kit.conflicts import saved_by
from frontend.kit.fields import version_of
from frontend.kit.forms import read_form
from frontend.kit.pages import redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.rewards.editor_page import editor_page
from frontend.office.rewards.form import form_of
from frontend.office.rewards.views import REWARDS

STALE = 412


@post(f"{REWARDS}/{{reward_id:uuid}}/archive")
async def take_reward_archive(
    request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]
) -> Response[str]:
    return await _move_to_archive(request, caller, reward_id, is_archived=True)


@post(f"{REWARDS}/{{reward_id:uuid}}/restore")
async def take_reward_restore(
    request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]
) -> Response[str]:
    return await _move_to_archive(request, caller, reward_id, is_archived=False)


async def _move_to_archive(request: Request, caller: Caller, reward_id: UUID, *, is_archived: bool) -> Response[str]:
    form, work = await read_form(request), archive_reward if is_archived else restore_reward
    try:
        await work(caller, reward_id, version=version_of(form))
    except BackendProblem as problem:
        if problem.status != STALE:
            raise
        reward = await get_reward(caller, reward_id)
        if (reward.state == "archived") != is_archived:
            form = form_of(reward, language_of(request))
            return editor_page(request, form, reward_id, reward, status=STALE, stale=saved_by(request, problem))
    return redirect(request, f"{REWARDS}?saved={reward_id}{'&state=archived' if is_archived else ''}")
