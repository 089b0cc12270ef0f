"""Somebody else has saved a reward while its form was open."""

from datetime import date
from uuid import UUID

import pytest

from backend.loyalty.rewards.schemas import RewardDetail
from frontend.kit.forms import Form
from frontend.office.rewards.conflict import renew, stored_differences
from tests.frontend.canned import ID, PICTURE, changed
from tests.frontend.office.rewards.canned import FULL, SCARF, entered, sent


@pytest.mark.parametrize(
    ("form", "stored", "differences"),
    [
        (entered(), SCARF, {}),
        (entered(value="12.5"), SCARF, {}),
        (entered(points_required="0500"), SCARF, {}),
        (entered(starts_on="20261201"), changed(SCARF, starts_on=date(2026, 12, 1)), {}),
        (entered(name_fr=" Écharpe "), SCARF, {}),
        (entered(), changed(SCARF, stock=4), {}),
        (entered(stock="9"), changed(SCARF, stock=9), {}),
        (entered(stock="9"), changed(SCARF, stock=4), {"stock": "4"}),
        (entered(stock=""), changed(SCARF, stock=4), {"stock": "4"}),
        (entered(), changed(SCARF, name={"fr": "Foulard"}), {"name_fr": "Foulard", "name_en": ""}),
        (entered(), changed(SCARF, description={}), {"description_fr": ""}),
        (entered(points_required="400"), SCARF, {"points_required": "500"}),
        (entered(), changed(SCARF, is_active=False), {"paused": "on"}),
        (entered(), changed(SCARF, store_ids=[ID]), {"store_ids": ""}),
        (entered(FULL), changed(FULL, store_ids=[ID, UUID(int=12)]), {}),
        (entered(FULL, remove_picture="on"), FULL, {"picture": PICTURE}),
        (entered(FULL, remove_picture="on"), changed(FULL, picture=None), {}),
        (entered(), changed(SCARF, value_cents=0), {"value": ""}),
    ],
)
def test_only_what_is_meant_differently_differs(form: Form, stored: RewardDetail, differences: dict[str, str]) -> None:
    assert stored_differences(form, stored, "en") == differences


def test_saving_once_more_does_not_undo_a_sale() -> None:
    form = entered(points_required="400")
    renew(form, changed(SCARF, stock=4, version=4), "en")
    assert (form.text("version"), form.text("stock")) == ("4", "4")
    assert "stock" not in sent(form)


def test_a_stock_that_was_counted_is_saved_also_when_it_was_the_one_seen_first() -> None:
    form = entered(stock="9")
    renew(form, changed(SCARF, stock=4, version=4), "en")
    assert sent(form)["stock"] == 9
    form.fields["stock"] = "5"
    assert sent(form)["stock"] == 5
