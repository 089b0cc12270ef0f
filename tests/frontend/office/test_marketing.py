"""The page on which an owner chooses the marketing emails, against a made-up backend."""

import json

import pytest

from backend.loyalty.marketing.schemas import MarketingPlanDetail
from tests.frontend.canned import changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, StaffBackend, owner, refused
from tests.frontend.staff_browser import Browser

PAGE = "/office/marketing"
READ, CHANGE = "GET /merchant/loyalty/marketing-plan", "PATCH /merchant/loyalty/marketing-plan"
NOTHING = MarketingPlanDetail(False, None, 0, 0)
BOTH = MarketingPlanDetail(True, 90, 1234, 3)


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB), 201),
        READ: found(BOTH),
        CHANGE: found(changed(BOTH, version=4)),
    }
    await browser.sign_in()
    return browser


async def test_the_page_shows_what_is_sent_and_to_how_many(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PAGE)
    assert "1,234 customers have agreed." in claire.text
    assert claire.fields(PAGE)["sends_birthday_emails"] == "on"
    assert claire.fields(PAGE)["reengagement_days"] == "90"
    backend.answers[READ] = found(NOTHING)
    await claire.open(PAGE)
    assert "0 customers have agreed." in claire.text
    assert "sends_birthday_emails" not in claire.fields(PAGE)


async def test_a_choice_is_saved_with_the_version_that_was_seen(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PAGE)
    answer = await claire.submit(PAGE, reengagement_days="")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?saved")
    sent = backend.asked[-1]
    assert json.loads(sent.content) == {"sends_birthday_emails": True, "reengagement_days": None}
    assert sent.headers["if-match"] == '"3"'
    await claire.open(f"{PAGE}?saved")
    assert "Saved." in claire.text


@pytest.mark.parametrize("days", ["29", "731", "ninety"])
async def test_days_that_are_no_absence_are_told_beside_the_field(
    claire: Browser, backend: StaffBackend, days: str
) -> None:
    await claire.open(PAGE)
    assert (await claire.submit(PAGE, reengagement_days=days)).status_code == 422
    assert claire.says("reengagement_days") == "Enter a whole number from 30 to 730."
    assert claire.fields(PAGE)["reengagement_days"] == days
    assert backend.asked[-1].method == "GET"


async def test_what_somebody_else_has_saved_is_shown_before_it_is_replaced(
    claire: Browser, backend: StaffBackend
) -> None:
    await claire.open(PAGE)
    backend.answers[CHANGE] = refused(412, "stale", changed_by="Luc Hansen")
    backend.answers[READ] = found(MarketingPlanDetail(False, 60, 1234, 5))
    assert (await claire.submit(PAGE, reengagement_days="120")).status_code == 412
    assert "Luc Hansen has changed this meanwhile." in claire.text
    assert "Birthday emails are not sent." in claire.text
    assert "After 60 days without a visit an email is sent." in claire.text
    assert claire.fields(PAGE)["reengagement_days"] == "120"
    backend.answers[CHANGE] = found(changed(BOTH, version=6))
    await claire.submit(PAGE)
    assert backend.asked[-1].headers["if-match"] == '"5"'
