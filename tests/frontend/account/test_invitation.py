"""The page on which an invitation is accepted, against a fake backend."""

import httpx
import pytest

from backend.identity.invitations.schemas import AcceptedInvitation, OwnInvitation
from tests.frontend.canned import MOMENT, changed, found
from tests.frontend.staff_backend import StaffBackend, refused, signed_in
from tests.frontend.staff_browser import Browser

PAGE = "/invitation/a-token"
OWN = OwnInvitation(
    email="lea@fashion.example", name="Léa", role="store_member", merchant_name="Fashion <b>Group", invited_by="Claire",
    expires_at=MOMENT, has_account=False,
)  # fmt: skip
LOOK, ACCEPT = "GET /storefront/invitations/a-token", "POST /storefront/invitations/a-token/acceptance"


@pytest.fixture
def lea(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {LOOK: found(OWN), ACCEPT: found(AcceptedInvitation("lea@fashion.example", "fashion"), 201)}
    return browser


async def test_somebody_new_enters_a_name_and_a_password_and_is_at_work(lea: Browser, backend: StaffBackend) -> None:
    await lea.open(PAGE)
    assert "Claire invites you to work for Fashion <b>Group." in lea.text
    assert "<b>Group" not in lea.page
    answer = await lea.submit(PAGE, name="Léa Thoma", password="four words for Léa")
    assert answer.headers["location"] == "/till"
    assert backend.body("/acceptance") == {"password": "four words for Léa", "name": "Léa Thoma"}
    assert backend.body("/auth/sign-in")["merchant"] == "fashion"


async def test_a_person_who_has_an_account_enters_its_password_only(lea: Browser, backend: StaffBackend) -> None:
    backend.answers[LOOK] = found(changed(OWN, has_account=True))
    await lea.open(PAGE)
    assert "You have an account with this address." in lea.text
    assert 'name="name"' not in lea.page
    backend.answers[ACCEPT] = refused(403, "password_wrong")
    assert (await lea.submit(PAGE, password="wrong")).status_code == 403
    assert "Sentence of password_wrong." in lea.says("password")


async def test_a_person_who_needs_a_second_factor_goes_on_at_the_sign_in(lea: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/sign-in"] = refused(401, "totp_required")
    await lea.open(PAGE)
    assert (await lea.submit(PAGE, name="Léa", password="four words")).headers["location"] == "/sign-in"


async def test_what_is_missing_is_said_beside_its_field(lea: Browser, backend: StaffBackend) -> None:
    await lea.open(PAGE)
    assert (await lea.submit(PAGE, name="Léa", password="")).status_code == 422
    assert lea.says("password") == "Enter a password."
    backend.answers[ACCEPT] = refused(422, "name_required")
    assert (await lea.submit(PAGE, name="", password="four words")).status_code == 422
    assert lea.says("name") == "name_required"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "invitation_not_found"),
        (410, "invitation_expired"),
        (410, "invitation_withdrawn"),
        (410, "invitation_accepted"),
    ],
)
async def test_a_link_that_opens_nothing_says_why(lea: Browser, backend: StaffBackend, status: int, code: str) -> None:
    await lea.open(PAGE)
    backend.answers |= {LOOK: refused(status, code), ACCEPT: refused(status, code)}
    for answer in (await lea.submit(PAGE, name="Léa", password="four words"), await lea.open(PAGE)):
        assert answer.status_code == status
        assert f"Sentence of {code}." in lea.text
        assert 'href="/sign-in"' in lea.page


async def test_without_an_answer_what_was_entered_stays(lea: Browser, backend: StaffBackend) -> None:
    await lea.open(PAGE)
    backend.answers[ACCEPT] = httpx.ConnectError("away")
    assert (await lea.submit(PAGE, name="Léa Thoma", password="a rare one")).status_code == 503
    assert lea.fields(PAGE)["name"] == "Léa Thoma"
    assert "a rare one" not in lea.page


async def test_a_person_who_is_signed_in_as_somebody_else_is_told_so(lea: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /auth/sign-in"] = found(signed_in(), 201)
    await lea.sign_in()
    await lea.open(PAGE)
    assert "You are signed in as anna@fashion.example." in lea.text
    await lea.submit(PAGE, name="Léa", password="four words")
