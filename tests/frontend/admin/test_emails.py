"""The email log of the platform, against a fake backend."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from backend.core.schemas import Page
from backend.messaging.schemas import EmailDetail, EmailEvent, EmailSummary, FailedEmails, ResentEmails
from backend.messaging.template_editing.schemas.templates import TemplateList, TemplateSummary
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.staff_backend import StaffBackend, admin, refused
from tests.frontend.staff_browser import Browser, Form

LIST, ONE, RESEND = "GET /admin/emails", "GET /admin/emails/*", "POST /admin/emails/*/resend"
TEMPLATES = TemplateList(
    [TemplateSummary("loyalty_card_link", "New link to the card", "", "transactional", "loyalty", [])]
)
MAIL = EmailSummary(
    id=ID,
    merchant_code="aurora",
    merchant_name="Café Aurora",
    template_code="loyalty_card_link",
    template_name="New link to the card",
    kind="transactional",
    language="de",
    recipient="zoe@example.com",
    subject="<b>Ihre Karte</b>",
    status="failed",
    attempts=3,
    provider="smtp",
    host="post.example",
    error_code="auth_refused",
    problem="The provider refused our sign-in.",
    created_at=MOMENT,
    sent_at=None,
)
DETAIL = EmailDetail(
    **{name: getattr(MAIL, name) for name in EmailSummary.__struct_fields__},
    template_version=3,
    port=587,
    security="starttls",
    sender_name="Café Aurora",
    sender_address="cards@orion.example",
    reply_to="hello@aurora.example",
    message_id="<7@orion.example>",
    body_text="Guten Tag <script>\n\nhttp://orion.test/c/…",
    body_html=None,
    headers={},
    advice="Check user name and password, or the API key.",
    error="535 5.7.8 No",
    history=[
        EmailEvent(at=MOMENT, outcome="failed", code="auth_refused", problem="Refused.", reply="535 5.7.8 No"),
        EmailEvent(
            at=MOMENT + timedelta(minutes=1), outcome="later_than_this_page", code=None, problem=None, reply=None
        ),
    ],
    expires_at=None,
    resend_of=None,
    is_redacted=False,
    can_be_resent=True,
    next_attempt_at=None,
)


def listed(*mails: EmailSummary, next_cursor: str | None = None) -> httpx.Response:
    return found(Page(list(mails), next_cursor, has_more=next_cursor is not None))


def asked(backend: StaffBackend) -> dict[str, str]:
    """The parameters of the last call for the list."""
    return dict([call for call in backend.asked if call.url.path.endswith("/admin/emails")][-1].url.params)


@pytest.fixture
async def paul(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {
        "POST /auth/sign-in": found(admin("platform_admin", "Paul"), 201),
        "GET /admin/email-templates": found(TEMPLATES),
        LIST: listed(MAIL),
        ONE: found(DETAIL),
        RESEND: found(changed(DETAIL, id=UUID(int=9), status="queued"), 201),
    }
    await browser.sign_in()
    return browser


async def test_the_list_says_what_became_of_each_email_and_why(paul: Browser, backend: StaffBackend) -> None:
    await paul.open("/admin/emails")
    assert "<b>Ihre Karte</b> zoe@example.com · New link to the card · Café Aurora" in paul.text
    assert "The provider refused our sign-in." in paul.text
    assert "Failed" in paul.text
    assert "<b>Ihre" not in paul.page
    assert asked(backend) == {"limit": "50"}
    assert 'href="/admin/emails" aria-current="page"' in paul.page


async def test_the_list_is_filtered(paul: Browser, backend: StaffBackend) -> None:
    await paul.open(
        "/admin/emails?recipient= zoe@example.com &status=failed&template=loyalty_card_link&merchant=aurora"
        "&first=2026-11-01&last=2026-11-30"
    )
    assert asked(backend) == {
        "recipient": "zoe@example.com", "status": "failed", "template": "loyalty_card_link", "merchant": "aurora",
        "from": "2026-11-01", "until": "2026-11-30", "limit": "50",
    }  # fmt: skip
    assert 'value="failed" selected' in paul.page
    assert 'value="loyalty_card_link" selected' in paul.page
    assert 'value="2026-11-01"' in paul.page


@pytest.mark.parametrize("address", ["?status=lost", "?first=yesterday&last=2026-13-01", "?recipient=&after="])
async def test_what_is_no_filter_is_ignored(paul: Browser, backend: StaffBackend, address: str) -> None:
    assert (await paul.open(f"/admin/emails{address}")).status_code == 200
    assert asked(backend) == {"limit": "50"}


async def test_a_merchant_that_there_is_not_is_told_beside_the_field(paul: Browser, backend: StaffBackend) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return refused(404, "merchant_not_found") if "merchant" in request.url.params else listed(MAIL)

    backend.answers[LIST] = answer
    assert (await paul.open("/admin/emails?merchant=nobody")).status_code == 404
    assert 'aria-invalid="true"' in paul.page
    assert "zoe@example.com" in paul.text


async def test_the_list_is_read_page_by_page_and_an_old_cursor_begins_anew(
    paul: Browser, backend: StaffBackend
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("after") == "old":
            return refused(410, "cursor_expired")
        return listed(MAIL, next_cursor="next")

    backend.answers[LIST] = answer
    await paul.open("/admin/emails?status=failed&after=old")
    assert "after=next" in paul.page
    assert "status=failed" in paul.page
    assert "First page" not in paul.text


async def test_no_email_at_all_and_none_that_matches_are_told_apart(paul: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = listed()
    await paul.open("/admin/emails")
    assert "No email has been written yet." in paul.text
    await paul.open("/admin/emails?status=bounced")
    assert "No email matches. Show all emails" in paul.text


async def test_an_email_says_what_was_used_and_what_happened(paul: Browser) -> None:
    await paul.open(f"/admin/emails/{ID}")
    for words in (
        "The provider refused our sign-in. Check user name and password, or the API key.",
        "Café Aurora <cards@orion.example>",
        "SMTP · post.example:587 · STARTTLS",
        "hello@aurora.example",
        "New link to the card · version 3",
        "535 5.7.8 No",
        "“…” stands for the customer’s private link.",
        "Guten Tag <script>",
    ):
        assert words in paul.text, words
    assert "<script>\n" not in paul.page


async def test_an_email_that_waits_says_when_it_is_tried(paul: Browser, backend: StaffBackend) -> None:
    backend.answers[ONE] = found(changed(DETAIL, status="queued", next_attempt_at=MOMENT + timedelta(hours=1)))
    await paul.open(f"/admin/emails/{ID}")
    assert "Next attempt " in paul.text


async def test_what_was_never_tried_shows_no_provider(paul: Browser, backend: StaffBackend) -> None:
    backend.answers[ONE] = found(
        changed(
            DETAIL, provider=None, host=None, port=None, security=None, sender_address=None, problem=None, history=[]
        )
    )
    await paul.open(f"/admin/emails/{ID}")
    assert "Sender – " in paul.text
    assert "Provider – " in paul.text


async def test_an_email_of_an_erased_customer_shows_nothing_of_them(paul: Browser, backend: StaffBackend) -> None:
    backend.answers[ONE] = found(
        changed(
            DETAIL, recipient="", subject="", body_text="", is_redacted=True, can_be_resent=False, provider="console"
        )
    )
    await paul.open(f"/admin/emails/{ID}")
    assert "Erased customer" in paul.text
    assert "The customer was erased, and with them the text." in paul.text
    assert "Send as a new email" not in paul.text
    assert "Console: nothing is sent" in paul.text


async def test_sending_again_leads_to_the_new_email(paul: Browser, backend: StaffBackend) -> None:
    answer = await paul.send(f"/admin/emails/{ID}/resend")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin/emails/{UUID(int=9)}?resent=1")
    await paul.open(answer.headers["location"])
    assert "This is the new email." in paul.text
    answer = await paul.send(f"/admin/emails/{ID}/resend", htmx=True)
    assert answer.headers["hx-redirect"] == f"/admin/emails/{UUID(int=9)}?resent=1"


async def test_an_email_that_may_not_be_sent_again_says_why(paul: Browser, backend: StaffBackend) -> None:
    backend.answers[RESEND] = refused(409, "email_in_progress", title="This email is still on its way")
    answer = await paul.send(f"/admin/emails/{ID}/resend")
    assert answer.status_code == 409
    assert "This email is still on its way" in paul.text


async def test_after_an_outage_the_failed_emails_of_the_filters_are_sent_anew_once_their_number_was_seen(
    paul: Browser, backend: StaffBackend
) -> None:
    backend.answers |= {
        "GET /admin/failed-emails": found(FailedEmails(47, has_more=False)),
        "POST /admin/failed-emails/resend": found(ResentEmails(47, has_more=False)),
    }
    await paul.open("/admin/emails?status=failed&merchant=aurora&first=2026-11-01")
    assert 'href="/admin/emails/failed?' in paul.page
    await paul.open("/admin/emails/failed?status=failed&merchant=aurora&first=2026-11-01")
    assert "47 emails of the chosen filters failed" in paul.text
    fields: Form = {"status": "failed", "merchant": "aurora", "first": "2026-11-01"}
    answer = await paul.send("/admin/emails/failed", **fields)
    assert answer.headers["location"] == "/admin/emails?merchant=aurora&first=2026-11-01&resent=47"
    assert dict(backend.asked[-1].url.params) == {"merchant": "aurora", "from": "2026-11-01"}
    await paul.open(answer.headers["location"])
    assert "47 emails are sent as new ones within minutes." in paul.text


async def test_without_failed_emails_there_is_no_button(paul: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /admin/failed-emails"] = found(FailedEmails(0, has_more=False))
    await paul.open("/admin/emails/failed?status=failed")
    assert "No email of the chosen filters has failed in a way that a new one would cure" in paul.text
    assert "Send as new emails" not in paul.text


async def test_failed_emails_of_a_merchant_that_there_is_not_lead_back_to_the_list(
    paul: Browser, backend: StaffBackend
) -> None:
    backend.answers["GET /admin/failed-emails"] = refused(404, "merchant_not_found")
    answer = await paul.open("/admin/emails/failed?merchant=nobody")
    assert answer.headers["location"].startswith("/admin/emails?")
