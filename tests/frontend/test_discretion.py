"""A card page's address authorizes access: it is never logged, and outsiders cannot fill the log."""

import json
from collections.abc import Iterator

import httpx
import pytest
import structlog
from structlog.typing import EventDict

from environment.logs import without_tokens
from frontend.kit import problems
from frontend.system import views
from frontend.system.csp_reports import PER_MINUTE, ReportLimit, violations_of
from tests.frontend.staff_backend import StaffBackend
from tests.frontend.staff_browser import Browser

TOKEN = "AaGJ5q5CcJ2AsyYlM4UBTgGhieauQnCdgLMmJTOFAU4r7y3xQ2kq0m0Zr7nJ5v9a"
PAGE = f"http://orion.test/c/{TOKEN}"
REPORT = {
    "documentURL": PAGE,
    "blockedURL": "https://evil.example/x?y",
    "effectiveDirective": "img-src",
    "sample": TOKEN,
}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EventDict]]:
    """Loggers of its own: others keep the configuration of an earlier test."""
    configured = structlog.get_config()
    structlog.reset_defaults()
    for module in (problems, views):
        monkeypatch.setattr(module, "log", structlog.get_logger())
    with structlog.testing.capture_logs() as captured:
        yield captured
    structlog.configure(**configured)


@pytest.mark.parametrize(
    "sent",
    [
        {
            "csp-report": {
                "document-uri": PAGE,
                "blocked-uri": "https://evil.example/x?y",
                "effective-directive": "img-src",
            }
        },
        [{"type": "csp-violation", "url": PAGE, "body": REPORT}],
    ],
    ids=["by an old browser", "by a new one"],
)
def test_of_a_report_only_rule_kind_of_page_and_site_are_kept(sent: object) -> None:
    assert list(violations_of(json.dumps(sent).encode())) == [
        {"rule": "img-src", "page": "/c", "blocked": "evil.example"}
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"[[]]", b"7", b'{"csp-report": 7}', b"[" * 5000, b"\xff", b'["x"]'])
def test_what_is_no_report_says_nothing(body: bytes) -> None:
    assert list(violations_of(body)) == []


def test_a_report_cannot_write_what_it_likes() -> None:
    told = {"documentURL": [TOKEN], "blockedURL": "http://[", "effectiveDirective": "x\ny" * 500}
    (report,) = violations_of(json.dumps([{"body": told}]).encode())
    assert max(map(len, report.values())) <= 60
    assert TOKEN not in str(report)
    assert "\n" not in str(report)


async def test_a_caller_who_sends_reports_without_end_writes_twenty_lines_a_minute(
    browser: Browser, lines: list[EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 0.0
    monkeypatch.setattr(views, "report_limit", ReportLimit(lambda: moment))
    body = json.dumps([{"body": REPORT}] * 10).encode()
    for _ in range(5):
        assert (await browser.client.post("/csp-reports", content=body)).status_code == 204
    assert len(lines) == PER_MINUTE
    moment = 61.0
    await browser.client.post("/csp-reports", content=body)
    assert len(lines) == PER_MINUTE + 10
    assert TOKEN not in str(lines)


async def test_a_report_longer_than_any_browser_sends_is_not_read(browser: Browser, lines: list[EventDict]) -> None:
    assert (await browser.client.post("/csp-reports", content=b" " * 20_000 + b"[]")).status_code == 413
    assert lines == []


@pytest.mark.parametrize("failure", [httpx.ConnectError("away"), httpx.Response(500), ValueError(PAGE)])
async def test_no_failure_of_a_card_page_tells_its_address(
    browser: Browser, backend: StaffBackend, failure: Exception | httpx.Response, lines: list[EventDict]
) -> None:
    backend.answers[f"GET /storefront/loyalty/cards/{TOKEN}"] = failure
    assert (await browser.open(f"/c/{TOKEN}")).status_code in {500, 503}
    (line,) = lines
    assert line["route"] == "/c/{token}"
    told = {name: value for name, value in line.items() if name != "exc_info"}
    assert TOKEN not in str(told)


def test_a_token_quoted_by_an_exception_is_left_out_of_the_line() -> None:
    line = without_tokens(f"ValueError: {PAGE}?x, test_of_a_function_with_a_name_longer_than_any_token")
    assert TOKEN not in line
    assert "test_of_a_function_with_a_name_longer_than_any_token" in line
