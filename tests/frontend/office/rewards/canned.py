"""Rewards, their forms, and the addresses of the API about them."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from backend.loyalty.rewards.schemas import RewardDetail
from frontend.kit.forms import Form
from frontend.office.rewards.form import change_of, form_of
from i18n.locales import LANGUAGES
from tests.frontend.canned import ID, MOMENT, PICTURE, changed

PAGE = "/office/rewards"
LIST = "GET /merchant/loyalty/rewards"
ONE = "GET /merchant/loyalty/rewards/*"
CREATE = "POST /merchant/loyalty/rewards"
CHANGE = "PATCH /merchant/loyalty/rewards/*"
MOVE = "PUT /merchant/loyalty/rewards/*/position"
ARCHIVE = "PUT /merchant/loyalty/rewards/*/archive"
RESTORE = "DELETE /merchant/loyalty/rewards/*/archive"
WRITES = (CREATE, CHANGE, MOVE, ARCHIVE, RESTORE)
UPLOAD = "POST /merchant/loyalty/pictures"

SCARF = RewardDetail(
    id=UUID(int=31),
    name={"fr": "Écharpe", "en": "Scarf"},
    description={"fr": "En lin"},
    points_required=500,
    value_cents=1250,
    stock=5,
    limit_per_card=None,
    store_ids=[],
    starts_on=None,
    ends_on=None,
    picture=None,
    is_active=True,
    state="offered",
    position=1,
    version=3,
    created_at=MOMENT,
    updated_at=MOMENT,
    archived_at=None,
)
BAG = changed(SCARF, id=UUID(int=32), name={"fr": "Sac"}, points_required=100, position=2)
SCARF_PAGE = f"{PAGE}/{SCARF.id}"

TEXT_LANGUAGES = list(dict.fromkeys(("fr", *LANGUAGES)))
FULL = changed(
    SCARF,
    name={"en": "Scarf", "fr": "Écharpe", "de": "Schal", "lb": "Schal"},
    description={"en": "Linen", "lb": "Aus Léngent"},
    limit_per_card=2,
    store_ids=[UUID(int=12), ID],
    starts_on=date(2026, 12, 1),
    ends_on=date(2026, 12, 24),
    picture=PICTURE,
    is_active=False,
)


def entered(reward: RewardDetail = SCARF, /, **fields: str) -> Form:
    """The form of the reward, with changes."""
    form = form_of(reward, "en")
    form.fields |= fields
    return form


def sent(form: Form) -> dict[str, Any]:
    """The body of the change that the form means."""
    change = change_of(form, "en", TEXT_LANGUAGES)
    assert change is not None, form.errors
    body: dict[str, Any] = msgspec.to_builtins(change)
    return body
