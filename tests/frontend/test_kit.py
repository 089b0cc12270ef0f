"""What every page guarantees."""

import re
from pathlib import Path
from unittest.mock import Mock

import brotli
import httpx
import pytest

from frontend.kit.assets import Assets
from frontend.settings import Settings, SettingsError, load_settings
from frontend.till import screen
from i18n.locales import LANGUAGES
from tests.frontend.staff_backend import StaffBackend
from tests.frontend.staff_browser import CARD_PATH, Browser

LARGEST_PAGE = 60 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'{wasm}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; report-to csp"
)


@pytest.mark.parametrize("path", ["/sign-in", "/nothing-here", "/offline", "/till"])
async def test_every_answer_carries_the_security_headers(browser: Browser, path: str) -> None:
    headers = (await browser.open(path)).headers
    at_the_till = path == "/till"
    assert headers["content-security-policy"] == POLICY.format(wasm=" 'wasm-unsafe-eval'" if at_the_till else "")
    assert headers["permissions-policy"].startswith("camera=(self)" if at_the_till else "camera=()")
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert headers["vary"] == "HX-Request, Accept-Language, Cookie"


async def test_the_pages_of_the_till_stay_small_and_free_of_inline_code(anna: Browser) -> None:
    for path in ("/till", CARD_PATH, "/till/enrollment", "/till/today"):
        await anna.open(path)
        assert len(anna.page.encode()) < LARGEST_PAGE
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", anna.page)


async def test_a_form_of_another_site_is_refused(anna: Browser, backend: StaffBackend) -> None:
    token = anna.hidden("_csrf_token")
    fields = {"_csrf_token": token, "query": "weber"}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        assert (await anna.client.post("/till/find", data=fields, headers=headers)).status_code == 403
    assert not backend.posts("/lookup")
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://orion.test"}
    assert (await anna.client.post("/till/find", data=fields, headers=own)).status_code == 303


@pytest.mark.parametrize("origin", ["https://evil.example", "http://[", "orion.test"])
async def test_another_site_cannot_make_the_open_forms_of_a_user_useless(anna: Browser, origin: str) -> None:
    """Its request comes without our cookies."""
    for headers in ({"Origin": origin, "Sec-Fetch-Site": "cross-site"}, {"Origin": origin}):
        async with httpx.AsyncClient(transport=anna.client._transport, base_url="http://orion.test") as sender:
            english = {"Accept-Language": "en"}
            answer = await sender.post("/till/find", data={"query": "weber"}, headers=headers | english)
        assert (answer.status_code, answer.headers.get("set-cookie", "")) == (403, "")
        assert "This request began on another site." in answer.text
    assert (await anna.send("/till/find", query="weber")).status_code == 303


async def test_a_form_without_its_token_does_nothing_and_can_be_repeated(anna: Browser, backend: StaffBackend) -> None:
    for token in ("", "made up", "0" * 128):
        answer = await anna.client.post("/till/find", data={"_csrf_token": token, "query": "weber"})
        assert answer.status_code == 403
    assert not backend.posts("/lookup")
    assert "nothing was done just now. Reload it and check what it shows." in answer.text
    await anna.open("/till")
    assert (await anna.send("/till/find", query="weber")).status_code == 303


async def test_htmx_sends_the_token_in_a_header(anna: Browser) -> None:
    headers = {"X-CSRF-Token": anna.hidden("_csrf_token"), "HX-Request": "true"}
    assert (await anna.client.post("/till/find", data={"query": "weber"}, headers=headers)).status_code == 200


async def test_the_backend_hears_who_reads_and_from_where(anna: Browser, backend: StaffBackend) -> None:
    request_id = "0198c0de-0000-7000-8000-00000000000a"
    answer = await anna.open("/till", **{"X-Forwarded-For": "203.0.113.9", "Request-Id": request_id})
    heard = backend.asked[-1].headers
    assert heard["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"
    assert heard["request-id"] == answer.headers["request-id"] == request_id
    assert heard["accept-language"] == "en"
    await anna.open("/till", **{"Request-Id": "not a uuid"})
    assert backend.asked[-1].headers["request-id"] != "not a uuid"


async def test_the_language_is_asked_for_then_chosen_then_guessed(browser: Browser) -> None:
    for path, accepted, language in [
        ("/sign-in", "de-LU", "de"),
        ("/sign-in?lang=lb", "de", "lb"),
        ("/sign-in", "zh", "fr"),
    ]:
        answer = await browser.open(path, **{"Accept-Language": accepted})
        assert f'<html lang="{language}"' in answer.text
        assert answer.headers["content-language"] == language
    await browser.send("/preferences", lang="fr", next="/sign-in")
    assert '<html lang="fr"' in (await browser.open("/sign-in", **{"Accept-Language": "de"})).text


async def test_preferences_are_kept_and_nothing_else_is(browser: Browser) -> None:
    await browser.open("/sign-in")
    answer = await browser.send("/preferences", theme="dark", till_keys="off", lang="xx", next="//evil.example")
    assert answer.headers["location"] == "/"
    assert browser.client.cookies["theme"] == "dark"
    assert "lang" not in browser.client.cookies
    assert 'data-theme="dark"' in (await browser.open("/sign-in")).text
    await browser.send("/preferences", theme="system")
    assert "data-theme" not in (await browser.open("/sign-in")).text.split(">")[1]


async def test_a_preference_leads_back_to_the_page_it_was_chosen_on(anna: Browser) -> None:
    fields = {"_csrf_token": anna.hidden("_csrf_token"), "lang": "de", "next": "/till"}
    for referer, place in [
        (f"http://orion.test{CARD_PATH}", CARD_PATH),
        ("http://orion.test/till/today?lang=fr&after=x", "/till/today?after=x"),
        ("https://evil.example/till/today", "/till"),
    ]:
        answer = await anna.client.post("/preferences", data=fields, headers={"Referer": referer})
        assert answer.headers["location"] == place


async def test_what_breaks_is_said_without_its_reasons(
    anna: Browser, backend: StaffBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(screen, "toasts_of", Mock(side_effect=ValueError("postgresql://orion:secret@db")))
        answer = await anna.open("/till")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["request-id"] in answer.text
    backend.answers["GET /store/loyalty/till"] = httpx.ConnectError("away")
    assert (await anna.open("/till")).status_code == 503
    assert "The server does not answer." in anna.text


async def test_an_asset_is_kept_for_ever_under_its_hash(browser: Browser) -> None:
    url = Assets().url("css/orion.css")
    answer = await browser.open(url)
    assert re.fullmatch(r"/static/css/orion\.[0-9a-f]{8}\.css", url)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "set-cookie" not in answer.headers
    again = await browser.open(url, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await browser.open("/static/css/orion.css")).status_code == 404
    assert (await browser.open("/static/../app.py")).status_code == 404


@pytest.mark.parametrize(("accepted", "coding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
async def test_an_asset_comes_in_the_best_coding(browser: Browser, accepted: str, coding: str | None) -> None:
    assets = Assets()
    answer = await browser.open(assets.url("css/orion.css"), **{"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == coding
    assert answer.text == assets.text("css/orion.css")


def test_our_own_files_refer_to_each_other_by_hash(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport("./b.js");')
    (tmp_path / "b.js").write_text("export const b = 1;")
    assets = Assets(tmp_path)
    assert assets.text("a.js").count(assets.url("b.js")) == 2


async def test_what_shared_caches_keep_sets_no_cookie(browser: Browser, backend: StaffBackend) -> None:
    """Else all who read it from the cache would have the same token against cross-site requests."""
    backend.answers["GET /storefront/loyalty/pictures/*"] = httpx.Response(200, headers={"Content-Type": "image/png"})
    for path in ("/brand/414fd2.css", f"/pictures/{'a1' * 32}", Assets().url("css/orion.css")):
        headers = (await browser.open(path)).headers
        assert headers["cache-control"].startswith("public")
        assert "set-cookie" not in headers, path


async def test_the_service_worker_keeps_only_the_shell(browser: Browser) -> None:
    script = (await browser.open("/sw.js")).text
    assert all(f'"/offline?lang={language}"' in script for language in LANGUAGES)
    assert "/till" not in script
    assert len(brotli.compress(script.encode())) < 1024


@pytest.mark.parametrize(
    ("language", "heading"),
    [("en", "No connection"), ("fr", "Pas de connexion"), ("de", "Keine Verbindung"), ("lb", "Keng Verbindung")],
)
async def test_the_page_without_a_network_is_there_in_each_language_and_personal_in_none(
    language: str, heading: str, browser: Browser
) -> None:
    page = (await browser.open(f"/offline?lang={language}")).text
    assert f'<html lang="{language}"' in page
    assert f">{heading}</h1>" in page


async def test_health_asks_the_backend(browser: Browser, backend: StaffBackend) -> None:
    assert (await browser.open("/health/live")).status_code == 200
    assert (await browser.open("/health/ready")).status_code == 200
    backend.answers["GET /health/live"] = httpx.ConnectError("away")
    assert (await browser.open("/health/ready")).status_code == 503


async def test_a_report_of_the_browser_is_taken_without_a_token(browser: Browser) -> None:
    assert (await browser.client.post("/csp-reports", content=b"[{}]")).status_code == 204


def test_production_does_not_start_without_a_good_key() -> None:
    with pytest.raises(SettingsError, match="ORION_SECRET_KEYS"):
        load_settings({"ORION_ENVIRONMENT": "production"})
    known = {"ORION_PUBLIC_URL": "https://cards.example", "ORION_BACKEND_URL": "http://backend:8000"}
    with pytest.raises(SettingsError, match="32 characters"):
        load_settings(known | {"ORION_ENVIRONMENT": "production", "ORION_SECRET_KEYS": "short"})
    with pytest.raises(SettingsError, match="ORION_LOG_LEVEL"):
        load_settings({"ORION_LOG_LEVEL": "loud"})
    assert isinstance(load_settings({"ORION_SECRET_KEYS": "x"}), Settings)
