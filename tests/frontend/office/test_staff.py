"""The owner's staff pages, against a fake backend."""

from typing import Any, Literal
from uuid import UUID

import httpx
import pytest

from backend.core.schemas import Page
from backend.identity.invitations.schemas import InvitationList, InvitationView
from backend.identity.members.schemas import MemberDetail, MemberPin, MemberStore
from backend.identity.permissions.schemas import PermissionTable, PermissionView
from backend.identity.pins.schemas import PersonPin
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, owner, refused
from tests.frontend.staff_browser import Browser, Form

ROWS = [
    PermissionView("loyalty.view_programs", "See the till", "Open it.", "store", True, True, ["merchant_owner"]),
    PermissionView("loyalty.manage_rewards", "Change rewards", "All.", "merchant", True, False, ["merchant_owner"]),
    PermissionView("staff.manage", "Manage staff", "Invite.", "owner", False, False, ["merchant_owner"]),
]
AT_THE_HUB, CLOSED = MemberStore(ANNA_AT_THE_HUB.id, ["loyalty.view_programs"]), MemberStore(OUTLET.id, ["loyalty.fly"])
ANNA = MemberDetail(
    id=ID, email="anna@fashion.example", name="Anna <i>Kieffer", role="store_member", is_active=True,
    stores=[AT_THE_HUB], pin=MemberPin("locked", MOMENT), joined_at=MOMENT, last_sign_in_at=None, version=3,
    updated_at=MOMENT,
)  # fmt: skip
CLAIRE = changed(ANNA, email="owner@fashion.example", name="Claire Fontaine", role="merchant_owner", stores=[])
LEA = InvitationView(
    id=ID, email="lea@fashion.example", name=None, role="store_member", stores=[], invited_by="Claire", sent_at=MOMENT,
    expires_at=MOMENT, is_expired=True,
)  # fmt: skip
LIST, ONE, CHANGE, REMOVE = (f"{method} /merchant/staff{rest}" for method, rest in (
    ("GET", ""), ("GET", "/*"), ("PATCH", "/*"), ("DELETE", "/*"),
))  # fmt: skip
INVITE, RESEND = "POST /merchant/invitations", "POST /merchant/invitations/*/resend"
WITHDRAW = "DELETE /merchant/invitations/*"
UUID_OF_A_CLOSED_STORE = UUID(int=99)
HUB, PATH = f"at_{ANNA_AT_THE_HUB.id}", f"/office/staff/{ID}"


@pytest.fixture
async def claire(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {
        "POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB, OUTLET), 201),
        "GET /auth/permissions": found(PermissionTable(ROWS)),
        "GET /merchant/invitations": found(InvitationList([LEA])),
        LIST: found(Page([ANNA, CLAIRE], None, has_more=False)),
        ONE: found(ANNA),
        CHANGE: found(ANNA),
        REMOVE: httpx.Response(204),
        INVITE: found(LEA, 201),
        RESEND: found(LEA, 201),
        WITHDRAW: httpx.Response(204),
    }
    await browser.sign_in()
    return browser


@pytest.mark.parametrize(
    ("state", "words"),
    [("none", "No PIN"), ("set", "PIN set"), ("locked", "PIN locked"), ("disabled", "PIN disabled")],
)
async def test_the_pin_is_shown_as_it_is(claire: Browser, backend: StaffBackend, state: str, words: str) -> None:
    backend.answers[ONE] = found(changed(ANNA, pin=MemberPin(state, MOMENT if state == "locked" else None)))  # type: ignore[arg-type]
    await claire.open(PATH)
    assert words in claire.text


def sent(backend: StaffBackend, method: str) -> httpx.Request:
    return [request for request in backend.asked if request.method == method][-1]


async def test_the_list_says_where_people_work_and_how_their_pin_is(claire: Browser) -> None:
    await claire.open("/office/staff")
    assert "anna@fashion.example · Fashion Hub · 1 permission No sign-in lately Staff PIN locked" in claire.text
    assert "owner@fashion.example · All stores" in claire.text
    assert "<i>Kieffer" not in claire.page
    assert "lea@fashion.example Staff · Sent by Claire" in claire.text
    assert "Expired" in claire.text


async def test_the_list_is_searched(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = found(Page([], None, has_more=False))
    await claire.open("/office/staff?query= Anna ")
    assert dict([call for call in backend.asked if call.url.path.endswith("/staff")][-1].url.params) == {
        "query": "Anna", "limit": "50",
    }  # fmt: skip
    assert "Nobody matches." in claire.text


async def test_a_cursor_that_has_expired_shows_the_first_page(claire: Browser, backend: StaffBackend) -> None:
    answers = iter([refused(410, "cursor_expired"), found(Page([ANNA], None, has_more=False))])
    backend.answers[LIST] = lambda _: next(answers)
    assert (await claire.open("/office/staff?after=old")).status_code == 200


async def test_what_is_ticked_is_what_is_sent(claire: Browser, backend: StaffBackend) -> None:
    await claire.open("/office/staff/invite")
    assert "Manage staff" not in claire.text.partition("Role")[2]
    ticked: Form = {HUB: ["loyalty.view_programs", "loyalty.manage_rewards"]}
    answer = await claire.submit(
        "/office/staff/invite", email="lea@fashion.example", name="", role="store_member", language="fr", **ticked
    )
    assert answer.headers["location"] == "/office/staff?done=invited"
    assert backend.body("/invitations") == {
        "email": "lea@fashion.example",
        "name": None,
        "language": "fr",
        "role": "store_member",
        "stores": [{"store_id": str(ID), "permissions": ["loyalty.view_programs", "loyalty.manage_rewards"]}],
    }


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refused(409, "already_invited"), "already_invited. Sentence of already_invited."),
        (
            refused(422, "validation_failed", errors=[{"pointer": "/email", "code": "x", "detail": ""}]),
            "Enter an email",
        ),
    ],
)
async def test_a_refusal_is_beside_the_address_and_what_was_entered_stays(
    claire: Browser, backend: StaffBackend, answer: httpx.Response, said: str
) -> None:
    backend.answers[INVITE] = answer
    await claire.open("/office/staff/invite")
    entered: Form = {"email": "lea@fashion.example", HUB: "loyalty.manage_rewards"}
    page = await claire.submit("/office/staff/invite", **entered)
    assert page.status_code == answer.status_code
    assert said in claire.says("email")
    assert claire.fields("/office/staff/invite")[HUB] == "loyalty.manage_rewards"


async def test_what_is_no_address_is_not_sent(claire: Browser, backend: StaffBackend) -> None:
    await claire.open("/office/staff/invite")
    assert (await claire.submit("/office/staff/invite", email="lea")).status_code == 422
    assert "Enter an email address" in claire.says("email")
    assert backend.posts("/invitations") == []


async def test_nobody_is_invited_to_do_nothing(claire: Browser, backend: StaffBackend) -> None:
    await claire.open("/office/staff/invite")
    assert (await claire.submit("/office/staff/invite", email="lea@fashion.example")).status_code == 422
    assert "Tick at least one permission" in claire.text
    assert backend.posts("/invitations") == []
    answer = await claire.submit("/office/staff/invite", email="lea@fashion.example", role="merchant_owner")
    assert answer.headers["location"] == "/office/staff?done=invited"


async def test_who_works_here_already_is_one_click_away(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[INVITE] = refused(409, "already_member")
    await claire.open("/office/staff/invite")
    told: dict[str, Any] = {"email": "anna@fashion.example", HUB: "loyalty.manage_rewards"}
    await claire.submit("/office/staff/invite", **told)
    assert 'href="/office/staff?query=anna%40fashion.example"' in claire.page


@pytest.mark.parametrize("state", ["locked", "disabled"])
async def test_a_pin_that_opens_nothing_is_unlocked_at_a_store_of_the_person(
    claire: Browser, backend: StaffBackend, state: Literal["locked", "disabled"]
) -> None:
    backend.answers[ONE] = found(changed(ANNA, pin=MemberPin(state, MOMENT if state == "locked" else None)))
    backend.answers["POST /store/loyalty/pins/*/unlock"] = found(PersonPin(ID, "Anna", True, None, False, None))
    await claire.open(PATH)
    assert f"PIN {state}" in claire.text
    answer = await claire.submit(f"{PATH}/unlock-pin")
    assert answer.headers["location"] == "/office/staff?done=unlocked"
    assert sent(backend, "POST").headers["x-store-code"] == ANNA_AT_THE_HUB.code


async def test_an_owner_has_no_permissions_of_their_own_to_tick_and_leaves_by_name(
    claire: Browser, backend: StaffBackend
) -> None:
    backend.answers[ONE] = found(changed(CLAIRE, pin=MemberPin("locked", MOMENT)))
    await claire.open(PATH)
    assert "Leave Fashion Group" in claire.text
    assert "Save" not in claire.text
    assert "Unlock the PIN" not in claire.text


async def test_without_an_answer_nobody_is_invited_twice_by_accident(claire: Browser, backend: StaffBackend) -> None:
    await claire.open("/office/staff/invite")
    backend.answers[INVITE] = httpx.ConnectError("away")
    told: dict[str, Any] = {"email": "lea@fashion.example", HUB: "loyalty.manage_rewards"}
    assert (await claire.submit("/office/staff/invite", **told)).status_code == 503
    assert "the invitation may have been sent" in claire.text
    assert 'href="/office/staff"' in claire.page


async def test_rights_are_changed_as_a_whole_with_the_version_that_was_read(
    claire: Browser, backend: StaffBackend
) -> None:
    backend.answers[ONE] = found(changed(ANNA, stores=[AT_THE_HUB, changed(CLOSED, store_id=UUID_OF_A_CLOSED_STORE)]))
    await claire.open(PATH)
    answer = await claire.submit(PATH, role="merchant_owner")
    assert answer.headers["location"] == "/office/staff?done=saved"
    request = sent(backend, "PATCH")
    assert request.headers["if-match"] == '"3"'
    body = httpx.Response(200, content=request.content).json()
    assert body["role"] == "merchant_owner"
    assert {place["store_id"]: place["permissions"] for place in body["stores"]} == {
        str(ID): ["loyalty.view_programs"],
        str(UUID_OF_A_CLOSED_STORE): ["loyalty.fly"],
    }


async def test_nobody_is_offered_their_own_role(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[ONE] = found(CLAIRE)
    await claire.open(PATH)
    assert "You cannot change your own role." in claire.text
    await claire.submit(PATH, role="store_member")
    assert "role" not in httpx.Response(200, content=sent(backend, "PATCH").content).json()


async def test_a_change_of_somebody_else_is_shown_before_it_is_overwritten(
    claire: Browser, backend: StaffBackend
) -> None:
    await claire.open(PATH)
    backend.answers[ONE] = found(changed(ANNA, version=4, role="merchant_owner", stores=[]))
    backend.answers[CHANGE] = refused(412, "stale", changed_by="Luc")
    assert (await claire.submit(PATH)).status_code == 412
    assert "Luc has changed this meanwhile. Saved now: Role: Owner Fashion Hub: nothing" in claire.text
    assert claire.hidden("version") == "4"


async def test_the_same_form_sent_twice_is_saved_once(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PATH)
    backend.answers[CHANGE] = refused(412, "stale")
    assert (await claire.submit(PATH)).headers["location"] == "/office/staff?done=saved"


@pytest.mark.parametrize("action", ["", "/remove"])
async def test_the_last_owner_is_kept_and_the_reason_is_said(
    claire: Browser, backend: StaffBackend, action: str
) -> None:
    backend.answers |= {CHANGE: refused(409, "last_owner"), REMOVE: refused(409, "last_owner")}
    await claire.open(PATH)
    assert (await claire.submit(f"{PATH}{action}")).status_code == 409
    assert "Sentence of last_owner." in claire.text


async def test_what_a_removal_means_is_said_before_it(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PATH)
    assert "Their next click at the till or in the office is refused." in claire.text
    assert (await claire.submit(f"{PATH}/remove")).headers["location"] == "/office/staff?done=removed"
    assert sent(backend, "DELETE").url.path.endswith(str(ID))


@pytest.mark.parametrize(
    ("action", "done", "rule"), [("resend", "resent", RESEND), ("withdraw", "withdrawn", WITHDRAW)]
)
async def test_an_invitation_is_sent_anew_or_withdrawn(
    claire: Browser, backend: StaffBackend, action: str, done: str, rule: str
) -> None:
    await claire.open("/office/staff")
    path = f"/office/staff/invitations/{ID}/{action}"
    assert (await claire.submit(path)).headers["location"] == f"/office/staff?done={done}"
    backend.answers[rule] = refused(404, "invitation_not_found")
    assert (await claire.send(path)).headers["location"] == "/office/staff?done=gone"
    await claire.open("/office/staff?done=gone")
    assert "accepted or withdrawn meanwhile" in claire.text
