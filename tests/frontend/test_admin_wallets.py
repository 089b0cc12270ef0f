"""The platform's wallet pages, against a fake backend."""

import json
import re

import httpx
import pytest

from backend.operations.wallets.schemas import (
    BreakerView,
    CardPasses,
    FreshnessView,
    PassCounts,
    PassLinkView,
    ProviderStatus,
    RetryView,
    StepView,
    WalletStatus,
)
from backend.wallets.apple.certificates import STEPS as FILE_STEPS
from backend.wallets.apple.checks import ADDRESS_STEP, APNS_STEP
from backend.wallets.google.checks import STEPS as GOOGLE_STEPS
from tests.frontend.canned import CODE, ID, MOMENT, changed, found
from tests.frontend.staff_backend import StaffBackend, admin, refused
from tests.frontend.staff_browser import HTMX, Browser, Form

APPLE_STEPS = (*FILE_STEPS, ADDRESS_STEP, APNS_STEP)
STATUS = "GET /admin/loyalty/wallet-status"
CARD, RETRY = "GET /admin/loyalty/wallets/cards/*", "POST /admin/loyalty/wallets/cards/*/*/retry"
SYNC = "POST /admin/loyalty/wallets/sync"
GOOGLE = ProviderStatus(
    True,
    False,
    [
        StepView("file_readable", "warning", "The key file can be read by other users of the machine.", "Close it."),
        StepView("token", "failed", "Google refuses the service account (invalid_grant).", "Download a new key."),
        StepView("issuer", "skipped", "Not tried, because an earlier step failed.", ""),
    ],
    PassCounts(2000, 1999, 1, 3, MOMENT),
    FreshnessView(412, 0.5, 2.5),
    BreakerView("stopped", "permissionDenied"),
)
APPLE = ProviderStatus(
    True,
    True,
    [StepView("days_left", "ok", "The certificates are valid for 211 more days, until 2027-06-21.", "")],
    PassCounts(0, 0, 0, 0, None),
    FreshnessView(0, None, None),
    BreakerView("closed", None),
)
WALLETS = WalletStatus(
    True, True, "3388000000012345678", ["https://orion.example"], False, 91, 211, None, [], GOOGLE, APPLE
)
LINK = PassLinkView(
    "google", f"3388.card_{ID}", "failed", 6, False, None, 4, None, None, MOMENT, MOMENT, "invalid",
    "hexBackgroundColor is no color", MOMENT, {"state": "ACTIVE"}, None,
)  # fmt: skip
PASSES = CardPasses(ID, CODE, "fashion-group", "active", 7, {"points_balance": 460}, [LINK], None)


@pytest.fixture
async def ada(browser: Browser, backend: StaffBackend) -> Browser:
    """A super admin, signed in."""
    backend.answers |= {
        "POST /auth/sign-in": found(admin(), 201),
        STATUS: found(WALLETS),
        SYNC: httpx.Response(202, json={"run_id": str(ID)}),
        CARD: found(PASSES),
        RETRY: found(RetryView("google", "synced", "")),
    }
    await browser.sign_in()
    return browser


async def test_administrators_start_at_the_platform_and_not_at_a_till(ada: Browser) -> None:
    assert (await ada.open("/")).headers["location"] == "/admin"
    assert (await ada.open("/sign-in")).headers["location"] == "/admin"
    assert (await ada.open("/till")).headers["location"] == "/sign-in/store"
    assert (await ada.open("/sign-in/store")).headers["location"] == "/admin"


async def test_the_start_page_says_what_each_page_is_for_and_asks_nobody(ada: Browser, backend: StaffBackend) -> None:
    before = len(backend.asked)
    assert (await ada.open("/admin")).status_code == 200
    assert "Wallets Do the cards in Google Wallet and Apple Wallet show the same as the till?" in ada.text
    assert "Wallet passes of a card What was sent to each wallet" in ada.text
    assert len(backend.asked) == before, "Google and Apple may take seconds"


async def test_the_start_page_loads_the_state_of_the_wallets(ada: Browser, backend: StaffBackend) -> None:
    await ada.open("/admin")
    assert 'hx-get="/admin/wallets/state" hx-trigger="load"' in ada.page
    backend.answers[STATUS] = found(changed(WALLETS, errors=["Google refuses the service account."]))
    await ada.open("/admin/wallets/state", **HTMX)
    assert "Google Wallet Failed Apple Wallet Works Google refuses the service account." in ada.text
    backend.answers[STATUS] = httpx.ReadTimeout("slow")
    assert (await ada.open("/admin/wallets/state", **HTMX)).status_code == 200
    assert "The check took too long." in ada.text
    assert (await ada.open("/admin/wallets/state")).headers["location"] == "/admin/wallets"


async def test_the_navigation_lists_what_the_administrator_may_open(ada: Browser, backend: StaffBackend) -> None:
    await ada.open("/admin/passes")
    assert 'href="/admin/passes" aria-current="page"' in ada.page
    assert 'href="/admin" aria-current' not in ada.page
    await ada.send("/sign-out")
    backend.answers["POST /auth/sign-in"] = found(admin("platform_admin"), 201)
    await ada.sign_in()
    await ada.open("/admin")
    assert 'href="/admin/wallets"' in ada.page
    assert "/admin/passes" not in ada.page


async def test_signing_in_leads_an_administrator_to_the_place_they_asked_for(
    browser: Browser, backend: StaffBackend
) -> None:
    backend.answers["POST /auth/sign-in"] = found(admin(), 201)
    answer = await browser.open("/admin/wallets")
    assert answer.headers["location"] == "/sign-in?next=/admin/wallets"
    assert (await browser.sign_in()).headers["location"] == "/admin"


async def test_staff_find_nothing_here(anna: Browser, backend: StaffBackend) -> None:
    for path in ("/admin/wallets", "/admin/passes", "/admin"):
        assert (await anna.open(path)).status_code == 403
        assert "Only platform administrators can open this page" in anna.text
    assert not any("/admin" in request.url.path for request in backend.asked)


async def test_each_step_is_told_in_one_sentence_with_how_to_mend_it(ada: Browser) -> None:
    await ada.open("/admin/wallets")
    assert "Access : Failed Google refuses the service account (invalid_grant). Download a new key." in ada.text
    assert "Key file : Needs attention" in ada.text
    assert "Issuer : Not tried" in ada.text
    assert "Nothing is sent until this is fixed: permissionDenied" in ada.text


async def test_what_was_mended_is_checked_at_a_click(ada: Browser, backend: StaffBackend) -> None:
    backend.answers["POST /admin/loyalty/wallets/check"] = found(WALLETS)
    await ada.open("/admin/wallets")
    assert "“Check now” starts the sending again" in ada.text
    assert (await ada.send("/admin/wallets/check")).headers["location"] == "/admin/wallets"
    assert backend.asked[-1].url.path.endswith("/wallets/check")
    backend.answers["POST /admin/loyalty/wallets/check"] = httpx.ConnectError("away")
    assert (await ada.send("/admin/wallets/check")).status_code == 303


async def test_the_page_tells_every_step_by_a_name_of_its_own_and_in_order(ada: Browser, backend: StaffBackend) -> None:
    for name, provider, steps in (("google", GOOGLE, GOOGLE_STEPS), ("apple", APPLE, APPLE_STEPS)):
        views = [StepView(step, "ok", f"Sentence of {step}.", "") for step in steps]
        backend.answers[STATUS] = found(changed(WALLETS, **{name: changed(provider, steps=views)}))
        await ada.open("/admin/wallets")
        assert re.findall(r"Sentence of (\w+)\.", ada.text) == list(steps)
        titles = [re.search(rf"(\w[\w ]*) : Works Sentence of {step}\.", ada.text) for step in steps]
        assert len({title[1] for title in titles if title}) == len(steps)
        assert not set(steps) & set(re.findall(r"(\w+) : Works", ada.text)), "an internal name is no title"


async def test_the_share_of_right_passes_is_never_rounded_up(ada: Browser, backend: StaffBackend) -> None:
    await ada.open("/admin/wallets")
    assert "99.8% 1,999 of 2,003 passes" in ada.text, "those that the provider refuses are not right"
    assert "Passes up to date – 0 of 0 passes" in ada.text
    all_right = changed(GOOGLE, passes=changed(GOOGLE.passes, right=2000, behind=0, failed=0))
    backend.answers[STATUS] = found(changed(WALLETS, google=all_right))
    await ada.open("/admin/wallets")
    assert "100% 2,000 of 2,000 passes" in ada.text
    almost = changed(GOOGLE, passes=changed(GOOGLE.passes, active=20000, right=19999, failed=0))
    backend.answers[STATUS] = found(changed(WALLETS, google=almost))
    await ada.open("/admin/wallets")
    assert "99.9% 19,999 of 20,000 passes" in ada.text


async def test_freshness_age_of_the_key_and_end_of_the_certificates_are_shown(ada: Browser) -> None:
    await ada.open("/admin/wallets")
    assert "0.5 s 95% within 2.5 s; 412 updates in the last hour" in ada.text
    assert "Age of the key 91 days" in ada.text
    assert "Certificates expire in 211 days" in ada.text
    assert "3388000000012345678" in ada.text


async def test_a_wallet_that_is_not_configured_says_so(ada: Browser, backend: StaffBackend) -> None:
    off = changed(APPLE, configured=False, steps=[])
    backend.answers[STATUS] = found(changed(WALLETS, apple=off, apple_configured=False, certificate_days_left=None))
    await ada.open("/admin/wallets")
    assert "Apple Wallet Not configured Its button is hidden." in ada.text


async def test_a_check_that_takes_too_long_leaves_what_starts_a_run(ada: Browser, backend: StaffBackend) -> None:
    backend.answers[STATUS] = httpx.ReadTimeout("slow")
    assert (await ada.open("/admin/wallets")).status_code == 200
    assert "The check took too long." in ada.text
    assert "Start the run" in ada.text


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({"scope": "behind", "card_code": "left over"}, {}),
        ({"scope": "merchant", "merchant_code": "fashion-group"}, {"merchant_code": "fashion-group"}),
        ({"scope": "card", "card_code": CODE}, {"card_code": CODE}),
        ({"scope": "failed"}, {"only_failed": True}),
    ],
    ids=["all", "merchant", "card", "failed"],
)
async def test_a_run_may_be_for_all_for_a_merchant_or_for_a_card(
    fields: Form, asked: dict[str, str], ada: Browser, backend: StaffBackend
) -> None:
    await ada.open("/admin/wallets")
    answer = await ada.send("/admin/wallets/runs", **fields)
    assert answer.headers["location"] == f"/admin/jobs/runs/{ID}"
    told = {name: value for name, value in backend.body("/sync").items() if value}
    assert told == asked


async def test_a_code_that_is_missing_or_unknown_is_said_beside_its_field(ada: Browser, backend: StaffBackend) -> None:
    await ada.open("/admin/wallets")
    answer = await ada.send("/admin/wallets/runs", scope="card", card_code=" ")
    assert answer.status_code == 422
    assert "Enter the code." in ada.text
    assert not backend.posts("/sync")
    backend.answers[SYNC] = refused(404, "merchant_not_found")
    answer = await ada.send("/admin/wallets/runs", scope="merchant", merchant_code="nobody")
    assert answer.status_code == 404
    assert 'value="nobody" aria-invalid="true"' in ada.page


async def test_the_debug_page_shows_link_payload_and_last_answer(ada: Browser) -> None:
    await ada.open(f"/admin/passes?code={CODE}")
    assert "BDFH KLNP RSTV XGCJ" in ada.text
    assert "Google Wallet Refused" in ada.text
    assert "invalid: hexBackgroundColor is no color" in ada.text
    assert "Version there 6 of 7" in ada.text
    assert json.dumps({"state": "ACTIVE"}, indent=2) in ada.page.replace("&#34;", '"')


async def test_a_pass_that_shows_an_older_state_is_behind(ada: Browser, backend: StaffBackend) -> None:
    backend.answers[CARD] = found(changed(PASSES, links=[changed(LINK, status="active")]))
    await ada.open(f"/admin/passes?code={CODE}")
    assert "Google Wallet Out of date" in ada.text


async def test_a_pass_can_be_sent_again_at_once(ada: Browser, backend: StaffBackend) -> None:
    await ada.open(f"/admin/passes?code={CODE}")
    await ada.send(f"/admin/passes/{CODE}/retry", provider="google")
    assert len(backend.posts(f"/cards/{CODE}/google/retry")) == 1
    assert "Sent: the provider has accepted it." in ada.text
    backend.answers[RETRY] = found(RetryView("google", "retry", "503: Busy."))
    await ada.send(f"/admin/passes/{CODE}/retry", provider="google")
    assert "It did not go through; we retry automatically. 503: Busy." in ada.text


async def test_a_card_that_does_not_exist_is_said_beside_the_field(ada: Browser, backend: StaffBackend) -> None:
    backend.answers[CARD] = refused(404, "card_not_found")
    assert (await ada.open("/admin/passes?code=NONE")).status_code == 404
    assert 'value="NONE" aria-invalid="true"' in ada.page
    assert "There is no card with this code or ID." in ada.text


async def test_a_card_is_found_by_the_id_that_a_run_has_named(ada: Browser, backend: StaffBackend) -> None:
    await ada.open(f"/admin/passes?code=+{ID}")
    assert backend.asked[-1].url.path.endswith(f"/cards/{ID}")
    assert f"Card ID {ID}" in ada.text
    assert "We retry when the card changes, and once a day." in ada.text


async def test_platform_admins_have_no_way_to_the_inside_of_a_pass(ada: Browser, backend: StaffBackend) -> None:
    assert 'href="/admin/passes"' in (await ada.open("/admin/wallets")).text
    await ada.send("/sign-out")
    backend.answers["POST /auth/sign-in"] = found(admin("platform_admin"), 201)
    backend.answers[CARD] = refused(403, "forbidden")
    await ada.sign_in()
    assert 'href="/admin/passes"' not in (await ada.open("/admin/wallets")).text
    assert (await ada.open(f"/admin/passes?code={CODE}")).status_code == 403
