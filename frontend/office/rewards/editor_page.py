"""Renders the form of a reward, for the views that show it."""

from collections.abc import Mapping
from uuid import UUID

from litestar import Response

from backend.loyalty.rewards.schemas import RewardDetail
from frontend.kit.forms import Form
from frontend.kit.pages import page
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.rewards.messages import RewardMessages
from frontend.office.rewards.views import text_languages_of


def editor_page(
    request: Request,
    form: Form,
    reward_id: UUID | None = None,
    reward: RewardDetail | None = None,
    *,
    status: int = 200,
    stale: str = "",
    differences: Mapping[str, str] | None = None,
) -> Response[str]:
    """`reward_id`: None for a new one. `reward`: as it is stored; None when it could not be read.

    `stale`: name of the person who saved in between. `differences`: what they have saved, by field.
    """
    person, text_languages = find_person(request), text_languages_of(request)
    return page(
        request,
        "office/rewards/editor.html",
        status=status,
        form=form,
        reward_id=reward_id,
        reward=reward,
        stores=person.stores if person else [],
        text_languages=text_languages,
        messages=RewardMessages(language_of(request), text_languages),
        stale=stale,
        differences=differences or {},
    )
