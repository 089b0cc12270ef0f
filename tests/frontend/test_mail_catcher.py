"""The caught mails in the browser: in development only, from this machine only, and harmless with any content."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from backend.dev.servers.mail_catcher import KEPT_MAX, MailCatcher
from frontend.app import create_app
from frontend.dev.mail.folder import list_mails
from frontend.settings import Settings
from tests.world.asgi import asgi_transport

NO_BACKEND = httpx.MockTransport(lambda _: httpx.Response(500))
DEVELOPMENT = Settings(environment="development", secret_keys="k" * 32)
HTML = (
    "<!doctype html><html><head><title>x</title></head><body><script>alert(1)</script><a href='https://x.example'>x</a>"
)


def mail(to: str = "marie@example.com", subject: str = "Your card", html: str = HTML) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Fashion <cards@orion.example>", to, subject
    message["List-Unsubscribe"] = "<https://orion.example/u/1>"
    message.set_content("Moien <b>\nhttps://orion.example/c/abc.\n")
    message.add_alternative(html, subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Ännex.pdf")
    return message.as_bytes()


@pytest.fixture
def catcher(tmp_path: Path) -> MailCatcher:
    return MailCatcher(tmp_path)


@pytest.fixture
def app(tmp_path: Path) -> Litestar:
    return create_app(replace(DEVELOPMENT, mail_catcher_dir=str(tmp_path)), NO_BACKEND)


def client(app: Litestar, host: str = "127.0.0.1:8080", address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = asgi_transport(app, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers={"Accept-Language": "en"})


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as opened:
        yield opened


async def test_the_newest_mail_comes_first_and_one_recipients_are_found(
    catcher: MailCatcher, browser: httpx.AsyncClient
) -> None:
    catcher.keep(mail("marie@example.com", "First"))
    catcher.keep(mail("luc@example.com", "Second"))
    page = (await browser.get("/mail")).text
    assert page.index("Second") < page.index("First")
    found = (await browser.get("/mail", params={"to": "MARIE"})).text
    assert "First" in found
    assert "Second" not in found
    assert 'hx-trigger="every 2s"' in page


async def test_a_mail_shows_html_text_headers_source_and_attachments(
    catcher: MailCatcher, browser: httpx.AsyncClient
) -> None:
    path = catcher.keep(mail())
    place = f"/mail/{path.stem}"
    page = (await browser.get(place)).text
    assert f'src="{place}/html"' in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "Moien &lt;b&gt;" in page
    assert '<a href="https://orion.example/c/abc" target="_blank" rel="noreferrer">' in page
    assert "List-Unsubscribe" in page
    assert "Ännex.pdf" in page
    source = await browser.get(f"{place}/source")
    assert source.content == path.read_bytes()
    assert source.headers["content-type"].startswith("text/plain")
    file = await browser.get(f"{place}/attachments/1")
    assert file.content == b"%PDF"
    assert file.headers["content-disposition"].startswith("attachment")
    assert (await browser.get(f"{place}/attachments/2")).status_code == 404


@pytest.mark.parametrize("html", [HTML, "<p>no head</p>"])
async def test_html_runs_no_script_and_its_links_open_windows_of_their_own(
    catcher: MailCatcher, browser: httpx.AsyncClient, html: str
) -> None:
    answer = await browser.get(f"/mail/{catcher.keep(mail(html=html)).stem}/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.text.count('<base target="_blank">') == 1
    assert answer.text.startswith("<!doctype html>") == html.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("evil.example", "127.0.0.1"),
        ("evil.example:8080", "127.0.0.1"),
        ("127.0.0.1.evil.example:8080", "127.0.0.1"),
        ("localhost:8080", "192.168.1.7"),
    ],
)
async def test_other_machines_and_other_names_of_this_one_see_nothing(
    catcher: MailCatcher, app: Litestar, host: str, address: str
) -> None:
    path = catcher.keep(mail())
    async with client(app, host, address) as anonymous:
        for place in ("/mail", f"/mail/{path.stem}", f"/mail/{path.stem}/html", f"/mail/{path.stem}/source"):
            assert (await anonymous.get(place)).status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "2026-01-01T00-00-00.000000", "x"])
async def test_only_mails_can_be_asked_for(catcher: MailCatcher, browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/mail/{name}/source")).status_code == 404


@pytest.mark.parametrize(
    "settings", [replace(DEVELOPMENT, environment="production", mail_catcher_dir="/tmp"), DEVELOPMENT]
)
async def test_elsewhere_there_is_no_such_page(settings: Settings) -> None:
    app = create_app(settings, NO_BACKEND)
    async with client(app) as browser:
        assert (await browser.get("/mail")).status_code == 404


def test_only_the_last_few_hundred_are_kept(catcher: MailCatcher, tmp_path: Path) -> None:
    for number in range(KEPT_MAX + 3):
        (tmp_path / f"2026-01-01T00-00-00.{number:06}.eml").write_bytes(mail(subject=f"{number}"))
    catcher.keep(mail(subject="newest"))
    subjects = [each.subject for each in list_mails(tmp_path)]
    assert len(subjects) == KEPT_MAX
    assert subjects[0] == "newest"
