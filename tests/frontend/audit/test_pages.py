"""The pages of the audit, of an owner and of administrators, against a made-up backend."""

from uuid import UUID

import httpx
import pytest

from backend.audit.schemas import AuditAction, AuditChain, AuditChange, AuditEntryView, AuditOverview, AuditPerson
from backend.core.schemas import Page
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, StaffBackend, admin, owner, refused
from tests.frontend.staff_browser import Browser

REWARD = UUID(int=7)
ENTRY = AuditEntryView(
    id=ID,
    seq=12,
    recorded_at=MOMENT,
    action="reward.changed",
    title="Reward changed",
    subject=str(REWARD),
    subject_name=None,
    user_id=ID,
    user_name="<b>Olga</b>",
    on_behalf=False,
    sign_in_id=ID,
    device_id=None,
    reason="For <i>Christmas</i>",
    request_id="request-1",
    digest="ab" * 32,
    changes=[AuditChange("points_required", "Points required", "100", "120"), AuditChange("stock", "Stock", None, "5")],
)
OVERVIEW = AuditOverview(
    AuditChain(12304, MOMENT, 12304, True, None),
    [AuditPerson(ID, "Olga")],
    [
        AuditAction("reward.changed", "Reward changed", "Rewards"),
        AuditAction("settings.changed", "Settings", "Settings"),
    ],
)
CSV = "\ufeffNumber,What\r\n12,Reward changed\r\n"


def answers(audience: str) -> dict[str, httpx.Response]:
    return {
        f"GET /{audience}/audit": found(Page([ENTRY], "next", has_more=True)),
        f"GET /{audience}/audit/overview": found(OVERVIEW),
        f"GET /{audience}/audit/export": httpx.Response(200, text=CSV, headers={"content-type": "text/csv"}),
        f"GET /{audience}/audit/*": found(ENTRY),
    }


@pytest.fixture
async def olga(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {"POST /auth/sign-in": found(owner(ANNA_AT_THE_HUB), 201)} | answers("merchant")
    await browser.sign_in()
    return browser


@pytest.fixture
async def paul(browser: Browser, backend: StaffBackend) -> Browser:
    backend.answers |= {"POST /auth/sign-in": found(admin("platform_admin", "Paul"), 201)} | answers("admin")
    await browser.sign_in()
    return browser


def asked(backend: StaffBackend, path: str) -> dict[str, str]:
    """The parameters of the last call."""
    call = next(call for call in reversed(backend.asked) if call.url.path.endswith(path))
    return dict(call.url.params)


async def test_the_list_says_who_has_changed_what_and_that_it_is_intact(olga: Browser) -> None:
    await olga.open("/office/audit")
    assert "Reward changed" in olga.text
    assert "<b>Olga</b>" in olga.text
    assert "<b>Olga" not in olga.page
    assert "Points required: 100 → 120" in olga.text
    assert "12,304 entries, unchanged since they were recorded." in olga.text
    assert 'href="/office/audit" aria-current="page"' in olga.page


async def test_the_list_is_filtered_and_its_pages_and_its_file_keep_the_filters(
    olga: Browser, backend: StaffBackend
) -> None:
    await olga.open(f"/office/audit?first=2026-11-01&last=2026-11-30&user={ID}&action=reward.changed&subject={REWARD}")
    assert asked(backend, "/merchant/audit") == {
        "from": "2026-11-01", "until": "2026-11-30", "user": str(ID), "action": "reward.changed",
        "subject": str(REWARD), "limit": "50",
    }  # fmt: skip
    assert 'value="reward.changed" selected' in olga.page
    assert "action=reward.changed" in olga.page.partition("/office/audit/export")[2][:200]
    assert "after=next" in olga.page


@pytest.mark.parametrize("address", ["?first=yesterday&user=olga", "?merchant=aurora", "?action=%00"])
async def test_what_is_no_filter_is_ignored(olga: Browser, backend: StaffBackend, address: str) -> None:
    assert (await olga.open(f"/office/audit{address}")).status_code == 200
    assert asked(backend, "/merchant/audit") == {"limit": "50"}


async def test_an_entry_shows_before_and_after_and_leads_to_its_subject(olga: Browser) -> None:
    await olga.open(f"/office/audit/{ID}")
    assert "before: 100 → after: 120" in olga.text
    assert "For <i>Christmas</i>" in olga.text
    assert f'href="/office/rewards/{REWARD}"' in olga.page
    assert f'href="/office/audit?subject={REWARD}"' in olga.page
    assert "ab" * 32 in olga.text
    assert "{" not in olga.text, "no raw JSON"


async def test_the_file_is_passed_on_as_it_comes(olga: Browser, backend: StaffBackend) -> None:
    answer = await olga.client.get(f"/office/audit/export?user={ID}")
    assert answer.content.decode() == CSV
    assert answer.headers["content-type"].startswith("text/csv")
    assert asked(backend, "/export") == {"user": str(ID)}
    backend.answers["GET /merchant/audit/export"] = refused(429, "rate_limited")
    assert (await olga.client.get("/office/audit/export")).status_code == 429


async def test_a_broken_chain_is_told(olga: Browser, backend: StaffBackend) -> None:
    broken = changed(OVERVIEW, chain=AuditChain(12304, MOMENT, 11000, False, 11001))
    backend.answers["GET /merchant/audit/overview"] = found(broken)
    await olga.open("/office/audit")
    assert "Broken" in olga.text
    assert "entry no. 11,001 is missing, or is not what was recorded" in olga.text


async def test_before_the_first_night_nothing_is_claimed(olga: Browser, backend: StaffBackend) -> None:
    unchecked = changed(OVERVIEW, chain=AuditChain(3, None, None, None, None))
    backend.answers["GET /merchant/audit/overview"] = found(unchecked)
    backend.answers["GET /merchant/audit"] = found(Page([], None, has_more=False))
    await olga.open("/office/audit")
    assert "Not verified yet" in olga.text
    assert "Nothing has been changed yet." in olga.text


async def test_an_administrator_reads_any_merchants_entries(paul: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /admin/audit"] = found(Page([changed(ENTRY, on_behalf=True)], None, has_more=False))
    await paul.open("/admin/audit?merchant=Aurora")
    assert asked(backend, "/admin/audit")["merchant"] == "aurora"
    assert "By the platform" in paul.text
    assert f'href="/admin/audit/{ID}?merchant=aurora"' in paul.page
    await paul.open(f"/admin/audit/{ID}?merchant=aurora")
    assert asked(backend, f"/admin/audit/{ID}") == {"merchant": "aurora"}
    assert f"/office/rewards/{REWARD}" not in paul.page, "an administrator has no office"


async def test_settings_are_called_as_on_their_own_page(paul: Browser, backend: StaffBackend) -> None:
    change = AuditChange("smtp_host", "smtp host", "a (default)", "b (database)")
    entry = changed(ENTRY, action="settings.changed", subject="email", changes=[change])
    backend.answers["GET /admin/audit/*"] = found(entry)
    await paul.open(f"/admin/audit/{ID}")
    assert "Host" in paul.text
    assert 'href="/admin/settings/email"' in paul.page


async def test_a_merchant_that_there_is_not_is_told_beside_the_field(paul: Browser, backend: StaffBackend) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        is_unknown = "merchant" in request.url.params
        return refused(404, "merchant_not_found") if is_unknown else found(Page([ENTRY], None, has_more=False))

    backend.answers["GET /admin/audit"] = answer
    assert (await paul.open("/admin/audit?merchant=nobody")).status_code == 404
    assert 'aria-invalid="true"' in paul.page
    assert "Reward changed" in paul.text


async def test_a_list_that_has_changed_begins_anew(olga: Browser, backend: StaffBackend) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        is_old = "after" in request.url.params
        return refused(410, "cursor_expired") if is_old else found(Page([ENTRY], None, has_more=False))

    backend.answers["GET /merchant/audit"] = answer
    assert (await olga.open("/office/audit?after=old")).status_code == 200
    assert "Reward changed" in olga.text
