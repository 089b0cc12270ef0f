"""The list of administrators, against a fake backend."""

from uuid import UUID

import httpx
import pytest

from backend.access.permissions import BY_ROLE
from backend.identity.invitations.schemas import InvitationList, InvitationView
from backend.identity.platform_users.schemas import PlatformUserList, PlatformUserView
from backend.identity.schemas import SignInView, UserView
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import Browser

ADA = PlatformUserView(
    id=ID, email="ada@orion.example", name="Ada Martin", role="super_admin", has_second_factor=True, created_at=MOMENT,
    last_sign_in_at=MOMENT,
)  # fmt: skip
PAUL = changed(
    ADA, id=UUID(int=5), email="paul@orion.example", name="Paul Klein", role="platform_admin", has_second_factor=False
)
EVA = InvitationView(
    id=UUID(int=6), email="eva@orion.example", name=None, role="platform_admin", stores=[], invited_by="Ada",
    sent_at=MOMENT, expires_at=MOMENT, is_expired=False,
)  # fmt: skip
ROLE, REMOVE, INVITE = "PUT /admin/users/*/role", "DELETE /admin/users/*", "POST /admin/invitations"
USERS, HIS = "/admin/users", f"/admin/users/{UUID(int=5)}"


async def admin(browser: Browser, backend: StaffBackend, who: PlatformUserView) -> Browser:
    user = UserView(ID, who.email, who.name, who.role, None, sorted(BY_ROLE[who.role]), None, [])
    backend.answers |= {
        "POST /auth/sign-in": found(SignInView("secret-token", MOMENT, user, "proof"), 201),
        "GET /admin/users": found(PlatformUserList([ADA, PAUL])),
        "GET /admin/invitations": found(InvitationList([EVA])),
        ROLE: found(PAUL),
        REMOVE: httpx.Response(204),
        INVITE: found(EVA, 201),
        "POST /admin/invitations/*/resend": found(EVA, 201),
        "DELETE /admin/invitations/*": httpx.Response(204),
    }
    await browser.sign_in()
    return browser


async def test_an_administrator_sees_the_list_and_no_buttons(browser: Browser, backend: StaffBackend) -> None:
    paul = await admin(browser, backend, PAUL)
    await paul.open(USERS)
    assert "Ada Martin ada@orion.example Last sign-in: 20 Nov 2026" in paul.text
    assert "Super admin Second factor" in paul.text
    assert "Administrator No second factor" in paul.text
    assert "eva@orion.example" in paul.text
    assert '<form method="post" action="/admin' not in paul.page


async def test_a_super_admin_changes_everybody_but_herself(browser: Browser, backend: StaffBackend) -> None:
    ada = await admin(browser, backend, ADA)
    await ada.open(USERS)
    assert "Change Ada Martin" not in ada.text
    assert (await ada.submit(f"{HIS}/role")).headers["location"] == f"{USERS}?done=saved"
    assert backend.asked[-1].content == b'{"role":"super_admin"}'
    await ada.open(USERS)
    assert (await ada.submit(f"{HIS}/remove")).headers["location"] == f"{USERS}?done=removed"


async def test_an_invitation_is_sent_sent_anew_and_withdrawn(browser: Browser, backend: StaffBackend) -> None:
    ada = await admin(browser, backend, ADA)
    await ada.open(USERS)
    answer = await ada.submit(USERS, email="eva@orion.example", role="super_admin")
    assert answer.headers["location"] == f"{USERS}?done=invited"
    assert backend.body("/invitations") == {
        "email": "eva@orion.example", "name": None, "language": "en", "role": "super_admin",
    }  # fmt: skip
    for action, done in (("resend", "resent"), ("withdraw", "withdrawn")):
        await ada.open(USERS)
        path = f"{USERS}/invitations/{EVA.id}/{action}"
        assert (await ada.submit(path)).headers["location"] == f"{USERS}?done={done}"


async def test_a_refused_invitation_keeps_what_was_entered(browser: Browser, backend: StaffBackend) -> None:
    ada = await admin(browser, backend, ADA)
    await ada.open(USERS)
    assert (await ada.submit(USERS, email="eva")).status_code == 422
    backend.answers[INVITE] = refused(409, "works_for_merchant")
    assert (await ada.submit(USERS, email="eva@orion.example")).status_code == 409
    assert "Sentence of works_for_merchant." in ada.says("email")
    assert ada.fields(USERS)["email"] == "eva@orion.example"


@pytest.mark.parametrize(("action", "rule"), [("role", ROLE), ("remove", REMOVE)])
@pytest.mark.parametrize("answer", [refused(409, "last_super_admin"), refused(404, "user_not_found")])
async def test_a_refusal_is_shown_above_the_list_as_it_is_now(
    browser: Browser, backend: StaffBackend, action: str, rule: str, answer: httpx.Response
) -> None:
    ada = await admin(browser, backend, ADA)
    await ada.open(USERS)
    backend.answers[rule] = answer
    assert (await ada.submit(f"{HIS}/{action}")).status_code == answer.status_code
    assert f"Sentence of {answer.json()['code']}." in ada.text
    assert "Paul Klein" in ada.text
