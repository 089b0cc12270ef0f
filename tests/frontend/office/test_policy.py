"""The merchant's policy, reviewed before it is saved: all of it for administrators, the lock for the merchant."""

import json
from typing import Any

import pytest

from tests.frontend.canned import changed, found
from tests.frontend.office.conftest import POLICY
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import Browser

OFFICE, ADMIN = "/office/policy", "/admin/merchants/fashion/policy"


async def test_an_owner_reads_all_rules_and_sets_the_lock(claire: Browser) -> None:
    await claire.open(OFFICE)
    assert "Last changed by Paul Klein, 20 Nov 2026" in claire.text
    assert claire.fields(OFFICE)["lock_after_minutes"] == "2"
    assert "Set by the platform" in claire.text
    assert "PIN at the till When one is entered" in claire.text
    assert "Tills may void yes" in claire.text
    assert "A sale names its receipt no" in claire.text
    assert "allow_void_transactions" not in claire.fields(OFFICE)


async def test_nothing_is_saved_before_the_difference_was_seen(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(OFFICE)
    assert (await claire.submit(OFFICE, lock_after_minutes="10")).status_code == 200
    assert "Save these changes? Minutes until an unused till locks 2 → 10" in claire.text
    assert {request.method for request in backend.asked if request.url.path.endswith("/policy")} == {"GET"}
    answer = await claire.submit(OFFICE, confirmed="yes")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{OFFICE}?done=changed")
    assert json.loads(backend.asked[-1].content) == {"lock_after_minutes": 10}
    assert backend.asked[-1].headers["if-match"] == '"3"'
    await claire.open(f"{OFFICE}?done=changed")
    assert "Saved. In force with the next request of a till." in claire.text


async def test_without_a_change_there_is_nothing_to_review(claire: Browser) -> None:
    await claire.open(OFFICE)
    assert (await claire.submit(OFFICE)).headers["location"] == f"{OFFICE}?done=unchanged"
    await claire.open(f"{OFFICE}?done=unchanged")
    assert "Nothing is different" in claire.text


@pytest.mark.parametrize("minutes", ["241", "-1", "two", ""])
async def test_minutes_that_are_none_are_told_beside_the_field(claire: Browser, minutes: str) -> None:
    await claire.open(OFFICE)
    assert (await claire.submit(OFFICE, lock_after_minutes=minutes)).status_code == 422
    assert claire.says("lock_after_minutes") == "Enter a whole number from 0 to 240."
    assert claire.fields(OFFICE)["lock_after_minutes"] == minutes


async def test_fields_of_the_platform_in_an_owners_form_change_nothing(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(OFFICE)
    forged: dict[str, Any] = {"allow_void_transactions": "", "seen:allow_void_transactions": "on", "confirmed": "yes"}
    assert (await claire.submit(OFFICE, **forged)).headers["location"] == f"{OFFICE}?done=unchanged"
    assert backend.asked[-1].method == "GET"


async def test_an_administrator_changes_what_differs_and_sends_the_rest_as_it_is(
    paul: Browser, backend: StaffBackend
) -> None:
    await paul.open(ADMIN)
    assert "Set by the platform" not in paul.text
    entered: dict[str, Any] = {"staff_pin_policy": "required", "allow_void_transactions": ""}
    await paul.submit(ADMIN, **entered)
    assert "PIN at the till When one is entered → For each transaction" in paul.text
    assert "Tills may void yes → no" in paul.text
    answer = await paul.submit(ADMIN, **entered, confirmed="yes")
    assert answer.headers["location"] == f"{ADMIN}?done=changed"
    sent = json.loads(backend.asked[-1].content)
    assert sent == {
        "staff_pin_policy": "required",
        "lockout_attempts": 5,
        "lockout_minutes": 30,
        "lock_after_minutes": 2,
        "allow_self_enrollment": True,
        "allow_void_transactions": False,
        "allow_cross_location_redemption": True,
        "require_order_reference": False,
        "log_ip_addresses": False,
    }


async def test_a_choice_that_is_none_is_refused(paul: Browser) -> None:
    await paul.open(ADMIN)
    assert (await paul.submit(ADMIN, staff_pin_policy="sometimes")).status_code == 422
    assert "Nothing was saved" in paul.text


@pytest.mark.parametrize("confirmed", ["", "yes"])
async def test_what_somebody_else_has_saved_stays_and_what_was_entered_is_kept(
    paul: Browser, backend: StaffBackend, confirmed: str
) -> None:
    await paul.open(ADMIN)
    theirs = changed(POLICY, version=4, lockout_minutes=60, log_ip_addresses=True, changed_by="Ada Martin")
    backend.answers["GET /admin/merchants/fashion/policy"] = found(theirs)
    answer = await paul.submit(ADMIN, staff_pin_policy="optional", lockout_attempts="3", confirmed=confirmed)
    assert answer.status_code == 412
    assert "Ada Martin has saved these settings meanwhile." in paul.text
    assert "Minutes for which a PIN is locked: 30 → 60" in paul.text
    assert "Transactions keep addresses of devices: no → yes" in paul.text
    kept = paul.fields(ADMIN)
    assert (kept["lockout_attempts"], kept["lockout_minutes"], kept["version"]) == ("3", "60", "4")
    await paul.submit(ADMIN, staff_pin_policy="optional", confirmed="yes")
    assert backend.asked[-1].headers["if-match"] == '"4"'
    assert json.loads(backend.asked[-1].content)["lockout_minutes"] == 60


async def test_somebody_saves_between_the_review_and_the_save(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(OFFICE)
    backend.answers["PATCH /merchant/policy"] = refused(412, "stale", changed_by=None)
    assert (await claire.submit(OFFICE, lock_after_minutes="10", confirmed="yes")).status_code == 412
    assert "Somebody else has saved these settings meanwhile." in claire.text
    assert claire.fields(OFFICE)["lock_after_minutes"] == "10"


async def test_a_refusal_of_the_backend_is_told_with_what_was_entered(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(OFFICE)
    backend.answers["PATCH /merchant/policy"] = refused(429, "rate_limited")
    assert (await claire.submit(OFFICE, lock_after_minutes="10", confirmed="yes")).status_code == 429
    assert "Sentence of rate_limited." in claire.text
    assert claire.fields(OFFICE)["lock_after_minutes"] == "10"
