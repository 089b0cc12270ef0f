"""The page of readiness, against a fake backend."""

from backend.operations.readiness.schemas import ReadinessBoard, ReadinessRow
from tests.frontend.canned import MOMENT, changed, found
from tests.frontend.staff_backend import StaffBackend, admin, refused
from tests.frontend.staff_browser import Browser

BOARD = "GET /admin/readiness"
FINE = ReadinessRow(
    "disk", "database", "Disk", "ok", "Free space: 73 GB.", None, ["14 MB"], "", "", "", "docs/runbooks/x.md"
)
SLOW = changed(FINE, name="outbox", group="work", title="Events", state="warning", evidence="Due: 7.", at=MOMENT)
DEAD = changed(
    FINE, name="workers", group="work", title="Workers", state="blocks", evidence="No worker runs.",
    next_step="Start a worker.", command="orion worker", page="/admin/wallets",
)  # fmt: skip
PLATFORM = ReadinessBoard(None, None, MOMENT, "blocks", [FINE, SLOW, DEAD])


async def opened(browser: Browser, backend: StaffBackend, board: ReadinessBoard, path: str = "/admin/readiness") -> str:
    backend.answers |= {"POST /auth/sign-in": found(admin(), 201), BOARD: found(board)}
    await browser.sign_in()
    await browser.open(path)
    return browser.text


async def test_what_blocks_stands_first_with_what_to_type(browser: Browser, backend: StaffBackend) -> None:
    text = await opened(browser, backend, PLATFORM)
    assert text.index("1 thing blocks.") < text.index("1 thing needs attention.") < text.index("To do")
    assert "Workers : Blocks Blocks No worker runs. Start a worker. orion worker" in text
    assert text.index("No worker runs.") < text.index("Due: 7.") < text.index("Free space: 73 GB.")
    assert '<a href="/admin/wallets">Workers</a>' in browser.page
    assert "Runbook: docs/runbooks/x.md" in text


async def test_when_all_is_in_order_it_says_so_and_there_is_nothing_to_do(
    browser: Browser, backend: StaffBackend
) -> None:
    text = await opened(browser, backend, changed(PLATFORM, state="ok", rows=[FINE]))
    assert "Everything is in order." in text
    assert "To do" not in text
    assert "Runbook" not in text


async def test_a_merchants_board_names_it_and_leads_back(browser: Browser, backend: StaffBackend) -> None:
    board = changed(PLATFORM, merchant_code="cafe", merchant_name="Café", rows=[FINE])
    text = await opened(browser, backend, board, "/admin/readiness?merchant=cafe")
    assert "Readiness: Café" in text
    assert backend.asked[-1].url.params["merchant_code"] == "cafe"
    assert 'href="/admin/readiness?merchant=cafe"' in browser.page
    assert "Readiness of the platform" in text


async def test_a_code_that_no_merchant_has_is_told_at_its_field(browser: Browser, backend: StaffBackend) -> None:
    await opened(browser, backend, PLATFORM)
    missing = refused(404, "merchant_not_found")
    backend.answers[BOARD] = lambda request: missing if request.url.params.get("merchant_code") else found(PLATFORM)
    assert (await browser.open("/admin/readiness?merchant=nobody")).status_code == 404
    assert 'aria-invalid="true"' in browser.page
    assert "No worker runs." in browser.text
