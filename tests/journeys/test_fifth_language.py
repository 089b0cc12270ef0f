"""A fifth language: after one command, a copy of Orion speaks Portuguese, and English where a translation lacks."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import chdir
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from babel.dates import format_date
from msgspec.structs import replace
from playwright.async_api import Browser, Page, expect

from backend.core.settings import Settings
from backend.dev.servers.valkey import EmbeddedValkey
from backend.messaging.templates.catalog import TEMPLATES
from i18n.locales import LANGUAGE_NAMES, LANGUAGES
from tests.conftest import Servers
from tests.doubles.smtp import text_of
from tests.journeys.office import sign_in
from tests.journeys.stack import Stack, open_stack
from tests.journeys.till import TillScreen
from tests.world import ANNA, CLAIRE, PASSWORD
from tests.world.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROJECT = Path(__file__).parents[2]
PACKAGES = ("backend", "environment", "frontend", "i18n", "migrations", "workers")
DATABASE = "fifth"
TOLD = ("database_url", "redis_url", "secret_keys", "public_url")
TRANSLATED = {
    "Add points": "Adicionar pontos",
    "Join the %(store)s program": "Adira ao programa %(store)s",
    "I accept the terms.": "Aceito as condições.",
}


@dataclass(frozen=True)
class Town:
    """A copy of Orion that speaks Portuguese, on a database that an Orion of four languages has seeded."""

    stack: Stack
    folder: Path
    reported: Future[str]
    checked: Future[str]
    seeded: Future[str]
    """What commands have said."""


def orion(folder: Path, *words: str, code: int = 0, settings: Settings | None = None) -> str:
    """What the command says."""
    command = [sys.executable, "-m", "backend.cli", *words]
    told = {f"ORION_{name.upper()}": str(getattr(settings, name)) for name in TOLD} if settings else {}
    ended = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout


def translate(folder: Path) -> None:
    for english, portuguese in TRANSLATED.items():
        entry = f'\nmsgid "{english}"\nmsgstr "'
        files = {path: path.read_text("utf-8") for path in (folder / "i18n" / "pt").rglob("*.po")}
        ((path, text),) = ((path, text) for path, text in files.items() if f'{entry}"\n' in text)
        path.write_text(text.replace(f'{entry}"\n', f'{entry}{portuguese}"\n'), encoding="utf-8")


@pytest.fixture(scope="module")
def town(servers: Servers, world_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder, data = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("fifth")
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, folder / package)
    (folder / "docs").mkdir()
    shutil.copy(PROJECT / "docs/glossary.md", folder / "docs")
    orion(folder, "i18n", "add", "pt", "--name", "Português", "--formats", "pt_PT")
    translate(folder)
    servers.postgres.create_database(DATABASE, template=world_database)
    with EmbeddedValkey(data / "valkey") as valkey, chdir(folder), ThreadPoolExecutor(1) as beside:
        settings = replace(servers.settings(DATABASE, redis_url=valkey.url), environment="development")
        with open_stack(settings, data) as stack:
            reported = beside.submit(orion, folder, "i18n", "report", "--json")
            checked = beside.submit(orion, folder, "i18n", "check", "--release", "--json", code=1)
            seeded = beside.submit(orion, folder, "templates", "seed", settings=stack.settings)
            yield Town(stack, folder, reported, checked, seeded)


@pytest.fixture
async def page(chromium: Browser, town: Town) -> AsyncIterator[Page]:
    """In the browser of somebody from Portugal."""
    context = await chromium.new_context(base_url=town.stack.url, locale="pt-PT")
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    yield await context.new_page()
    await context.close()


async def test_the_pages_speak_it_and_english_stands_in(page: Page, town: Town) -> None:
    await page.goto("/j/FASHIONHUB?lang=pt")
    await expect(page.locator("html")).to_have_attribute("lang", "pt")
    await expect(page.locator("h1")).to_have_text("Adira ao programa Fashion Hub Gare")
    await expect(page.get_by_label("Aceito as condições.")).to_be_visible()
    await expect(page.get_by_role("button", name="Get my card")).to_be_visible()
    languages = await page.locator(".languages a").all_text_contents()
    assert [name.strip() for name in languages[: len(LANGUAGE_NAMES) + 1]] == [*LANGUAGE_NAMES.values(), "Português"]
    await expect(page.locator(".languages [aria-current]")).to_have_text("Português")
    for path in ("/j/FASHIONHUB", "/sign-in", "/offline"):
        await page.goto(path)
        await expect(page.locator("html")).to_have_attribute("lang", "pt")


async def test_joao_joins_and_anna_serves_him(page: Page, town: Town) -> None:
    email = f"joao.{uuid4().hex[:8]}@example.com"
    await page.goto("/j/FASHIONHUB")
    await page.locator("[name=email]").fill(email)
    await page.get_by_label("Aceito as condições.").check()
    await page.get_by_role("button", name="Get my card").click()

    today = format_date(datetime.now(ZoneInfo("Europe/Luxembourg")), "medium", locale="pt_PT")
    await expect(page.locator(".booking .sub").first).to_contain_text(today)
    code = (await page.locator(".code").inner_text()).replace(" ", "")
    tables = await tables_of_pass(page)
    assert tables.keys() == {*LANGUAGES, "pt"}
    assert '"Customer" = "Customer";' in tables["pt"], "until somebody translates it"

    mail = await town.stack.mail_to(email, "card")
    assert (mail["Subject"], mail["Content-Language"]) == ("Your Fashion Group card", "pt")
    assert "Open your card" in text_of(mail)

    till = TillScreen(page)
    await till.sign_in(ANNA.email, PASSWORD)
    await till.scan(code)
    await expect(till.button("Adicionar pontos")).to_be_visible()
    await expect(till.button("Add stamp")).to_be_visible()


async def tables_of_pass(page: Page) -> dict[str, str]:
    """The texts in the pass of the card page, by language."""
    address = await page.locator(".wallet[href$='.pkpass']").get_attribute("href")
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        answer = await http.get(str(address))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as files:
        names = [name for name in files.namelist() if name.endswith(".lproj/pass.strings")]
        return {name.partition(".")[0]: files.read(name).decode("utf-16") for name in names}


async def test_claire_writes_a_reward_in_it(page: Page) -> None:
    await sign_in(page, CLAIRE.email)
    await page.goto("/office/rewards/new")
    await page.get_by_label("Name (Français)").fill("Écharpe")
    await page.get_by_label("Name (Português)").fill("Cachecol")
    await page.get_by_label("Points", exact=True).fill("50")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="“Cachecol” is saved.")).to_be_visible()
    await page.goto("/j/FASHIONHUB")
    await expect(page.locator(".offer", has_text="Cachecol")).to_be_visible()


async def test_the_api_lists_it(town: Town) -> None:
    async with httpx.AsyncClient(base_url=town.stack.api, trust_env=False, timeout=PATIENCE_SECONDS) as http:
        document = (await http.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    assert schemas["Language"]["enum"] == [*LANGUAGES, "pt"]
    assert schemas["RewardNames"]["properties"]["pt"]["description"] == "Name in Portuguese."


def test_what_is_missing_is_reported_and_nothing_is_broken(town: Town) -> None:
    portuguese = [line for line in json.loads(town.reported.result()) if line["language"] == "pt"]
    translated, missing, total = (sum(line[of] for line in portuguese) for of in ("translated", "missing", "total"))
    assert translated == len(TRANSLATED)
    assert missing == total - len(TRANSLATED)
    findings = json.loads(town.checked.result())
    assert {finding["kind"] for finding in findings} == {"missing"}
    assert {Path(finding["where"]).parts[:2] for finding in findings} == {("i18n", "pt")}
    assert len(findings) == missing
    assert town.seeded.result().startswith(f"{len(TEMPLATES)} added, 0 updated"), (
        "its emails, beside those of the others"
    )
