"""The owner's page of what tablets may do without a network, against a fake backend."""

import msgspec
import pytest

from backend.devices.schemas import DeviceList
from backend.staff_pins.grants.schemas import OfflineRuleEntry, OfflineRulesView
from frontend.office.offline_rules.form import NUMBERS, OPERATIONS
from frontend.office.offline_rules.messages import NAMES
from tests.frontend.canned import ID, found
from tests.frontend.canned_devices import TABLET
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, StaffBackend, owner, refused
from tests.frontend.staff_browser import Browser, Form

ALL = OfflineRuleEntry(device_id=None, operations=["points", "stamp"])
OWN = OfflineRuleEntry(device_id=ID, operations=["points"], max_points=100)
READ, SET = (f"{method} /merchant/loyalty/offline-rules" for method in ("GET", "PUT"))
PATH = "/office/devices/offline-rules"


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB), 201),
        "GET /merchant/devices": found(DeviceList([TABLET])),
        READ: found(OfflineRulesView([ALL, OWN])),
        SET: found(OfflineRulesView([ALL])),
    }
    await browser.sign_in()
    return browser


def seen_in(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def entered(page: str, **changed: str) -> Form:
    """The form as it was opened, with what somebody has changed."""
    form: Form = {"seen": seen_in(page)}
    for rule, of in ((ALL, "all"), (OWN, str(ID))):
        form |= {f"{name}:{of}": str(getattr(rule, name)) for name in NUMBERS}
        form[f"operations:{of}"] = list(rule.operations)
    return form | changed


def told(backend: StaffBackend) -> list[OfflineRuleEntry]:
    body = [request for request in backend.asked if request.method == "PUT"][-1].content
    return msgspec.json.decode(body, type=OfflineRulesView).rules


async def test_the_rules_of_all_and_of_single_tablets_are_changed_together(
    claire: Browser, backend: StaffBackend
) -> None:
    await claire.open(PATH)
    assert "All tablets without rules of their own" in claire.text
    assert "Counter <i>left" not in claire.page
    answer = await claire.send(PATH, **entered(claire.page, **{"grant_hours:all": "4"}))
    assert answer.headers["location"] == f"{PATH}?done=saved"
    assert told(backend) == [msgspec.structs.replace(ALL, grant_hours=4), OWN]


async def test_the_owner_says_how_much_is_held_for_a_tablet_that_redeems(
    claire: Browser, backend: StaffBackend
) -> None:
    await claire.open(PATH)
    assert "Points set aside on one card" in claire.text
    limits = {"max_allowance_points:all": "300", "max_allowance_stamps:all": "0", "allowance_hours:all": "2"}
    await claire.send(PATH, **entered(claire.page, **limits) | {"operations:all": ["redeem"]})
    changed = {"max_allowance_points": 300, "max_allowance_stamps": 0, "allowance_hours": 2}
    assert told(backend) == [msgspec.structs.replace(ALL, operations=["redeem"], **changed), OWN]
    await claire.open(PATH)
    await claire.send(PATH, **entered(claire.page, **{"allowance_hours:all": "13"}))
    assert "Enter a whole number from 1 to 12." in claire.text


async def test_a_tablet_is_treated_as_all_others_again(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PATH)
    await claire.send(PATH, **entered(claire.page, **{f"removed:{ID}": "yes"}))
    assert told(backend) == [ALL]


async def test_a_tablet_gets_rules_of_its_own(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[READ] = found(OfflineRulesView([ALL]))
    await claire.open(PATH)
    answer = await claire.send(f"{PATH}/own", device_id=str(ID))
    assert answer.headers["location"] == f"{PATH}?done=added"
    assert told(backend) == [ALL, msgspec.structs.replace(ALL, device_id=ID)]
    assert (await claire.send(f"{PATH}/own", device_id="none")).headers["location"] == PATH


async def test_a_number_out_of_bounds_is_marked_and_nothing_is_sent(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PATH)
    await claire.send(PATH, **entered(claire.page, **{"grant_hours:all": "13"}))
    assert "Enter a whole number from 1 to 12." in claire.text
    assert not [request for request in backend.asked if request.method == "PUT"]


async def test_what_somebody_else_has_changed_is_not_replaced_unseen(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PATH)
    form = entered(claire.page)
    backend.answers[READ] = found(OfflineRulesView([msgspec.structs.replace(ALL, grant_hours=2), OWN]))
    await claire.send(PATH, **form)
    assert "Somebody has changed the rules meanwhile." in claire.text
    assert not [request for request in backend.asked if request.method == "PUT"]
    answer = await claire.send(PATH, **form | {"seen": seen_in(claire.page)})
    assert answer.headers["location"] == f"{PATH}?done=saved"


def test_each_operation_has_its_words() -> None:
    assert set(OPERATIONS) <= NAMES.keys()


async def test_a_refusal_is_said(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[SET] = refused(404, "device_not_found")
    await claire.open(PATH)
    await claire.send(PATH, **entered(claire.page))
    assert 'role="alert"' in claire.page
    assert "form" in claire.page
