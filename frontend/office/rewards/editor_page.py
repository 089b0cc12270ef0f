"""Renders the form of a reward, for the views that show it."""

from collections.abc import Mapping
from uuid import UUID

from litestar import Response

from backend.loyalty.rewards.schemas import RewardDetail
from frontend.api.client import BackendProblem
from frontend.kit.forms import Form
from frontend.kit.pages import page
from frontend.kit.person import find_person
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.rewards.messages import RewardMessages
from frontend.office.rewards.views import text_languages_of
from i18n.translator import N_, get_translator

MISSING = -1
"""No version: the backend refuses it like an old one."""


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

    `stale`: who has saved meanwhile. `differences`: what they have saved, by field.
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


def version_of(form: Form) -> int:
    text = form.text("version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("9999999") else MISSING


def saved_by(request: Request, problem: BackendProblem) -> str:
    """The name of whoever has saved meanwhile; empty when the backend does not know."""
    return str(problem.facts.get("changed_by") or get_translator(language_of(request)).gettext(N_("Somebody else")))
