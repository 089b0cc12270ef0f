"""The owner's rewards: a list with search, filter and order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.rewards import list_rewards, move_reward
from frontend.kit.forms import read_form, read_query
from frontend.kit.pages import is_htmx, page, redirect
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.rewards.messages import EXAMPLES, SORTINGS, STATES, RewardMessages
from i18n.locales import LANGUAGES
from i18n.translator import get_translator

REWARDS = "/office/rewards"
QUERY_MAX = 100
GONE = 410
POSITION = re.compile("[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list shows. Unknown states and orders, as in an old bookmark, are ignored."""

    query: str = ""
    state: str = ""
    sort: str = "position"
    after: str | None = None

    @property
    def is_whole(self) -> bool:
        """No filter and the default order. Rows can be moved only then."""
        return self == Asked()

    @property
    def is_narrowed(self) -> bool:
        """Rewards may exist that are not shown."""
        return bool(self.query or self.state or self.after)


@get(REWARDS, name="office-rewards")
async def show_rewards(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = read_query(request)
    asked = Asked(
        query=form.text("query")[:QUERY_MAX],
        state=form.text("state") if form.text("state") in STATES else "",
        sort=form.text("sort") if form.text("sort") in SORTINGS else "position",
        after=form.optional("after"),
    )
    try:
        return await _list(request, caller, asked, saved=form.text("saved"))
    except BackendProblem as problem:
        if problem.status != GONE:
            raise
        return await _list(request, caller, replace(asked, after=None))


@post(f"{REWARDS}/{{reward_id:uuid}}/position", status_code=200)
async def take_reward_move(
    request: Request, caller: NamedDependency[Caller], reward_id: FromPath[UUID]
) -> Response[str]:
    """`position`: the new one, counted from 1. An invalid one is ignored."""
    position = (await read_form(request)).text("position")
    if POSITION.fullmatch(position):
        await move_reward(caller, reward_id, int(position))
    if not is_htmx(request):
        return redirect(request, f"{REWARDS}#{reward_id}")
    return await _list(request, caller, Asked(), moved=str(reward_id))


def text_languages_of(request: Request) -> Sequence[str]:
    """The languages of a reward's texts: the merchant's main one first."""
    person = find_person(request)
    main = person.merchant_language if person else None
    return sorted(LANGUAGES, key=lambda code: (code != main, LANGUAGES.index(code)))


async def _list(request: Request, caller: Caller, asked: Asked, *, saved: str = "", moved: str = "") -> Response[str]:
    """`saved`: the id of the reward to name in a note. `moved`: of the one that keeps the focus."""
    rewards = await list_rewards(
        caller, query=asked.query, state=asked.state or None, sort=asked.sort, after=asked.after
    )
    language = language_of(request)
    say = get_translator(language).gettext
    return page(
        request,
        "office/rewards/page.html",
        rewards=rewards,
        asked=asked,
        saved=saved,
        moved=moved,
        messages=RewardMessages(language, text_languages_of(request)),
        examples=[(say(name), points) for points, _, name, _ in EXAMPLES],
    )
