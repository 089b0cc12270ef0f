"""Google as `make run` has it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from backend.core.clock import clock
from backend.core.settings import Settings, load_settings
from backend.dev.sandbox.google.account import ISSUER_ID
from backend.dev.sandbox.google.app import FakeGoogle, create_app
from backend.dev.sandbox.google.environment import google_values
from backend.dev.sandbox.google.storage import load, save
from backend.wallets.google.account import load_account
from backend.wallets.google.payloads import class_payload, object_payload, without_nones
from backend.wallets.google.save_link import SaveLinks
from tests.world.passes import PlainImages, a_snapshot

CARD = a_snapshot()
CLASS = without_nones(class_payload(CARD.program, PlainImages(), issuer_id=ISSUER_ID, callback_url=None))
OBJECT = without_nones(object_payload(CARD, PlainImages(), issuer_id=ISSUER_ID))


@pytest.fixture
def sandbox_settings(tmp_path: Path) -> Settings:
    return load_settings(google_values(Settings(), tmp_path) | {"ORION_DATA_DIR": str(tmp_path)})


@pytest.fixture
def sandbox(sandbox_settings: Settings) -> FakeGoogle:
    google = create_app(sandbox_settings)
    google.passes.insert("loyaltyClass", CLASS)
    google.passes.insert("loyaltyObject", OBJECT)
    return google


@pytest.fixture
async def browser(sandbox: FakeGoogle) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"accept": "text/html"}
    transport = httpx.ASGITransport(sandbox)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as http:
        yield http


async def test_the_button_saves_the_card_and_leads_to_the_phones(
    browser: httpx.AsyncClient, sandbox_settings: Settings
) -> None:
    account = load_account(sandbox_settings)
    assert account is not None
    url = await SaveLinks(account, sandbox_settings).url(
        program_id=CARD.program.program_id, object_name=OBJECT["id"], now=clock.now()
    )
    saved = await browser.get(f"/gp/v/save/{url.rsplit('/', 1)[1]}")
    assert (saved.status_code, saved.headers["location"]) == (303, "http://127.0.0.1:8080/sandbox")
    phone = (await browser.get(f"/sandbox/google/passes/{OBJECT['id']}")).json()
    assert phone["is_saved"]
    assert phone["barcode"] == CARD.code


async def test_a_forged_save_link_saves_nothing(browser: httpx.AsyncClient, sandbox: FakeGoogle) -> None:
    for token in ("x", "a.b.c", "x" * 2000):
        assert (await browser.get(f"/gp/v/save/{token}")).status_code == 400
    assert "hasUsers" not in sandbox.passes.get("loyaltyObject", OBJECT["id"]).body


def test_what_google_was_told_is_kept_from_one_run_to_the_next(
    sandbox: FakeGoogle, sandbox_settings: Settings, tmp_path: Path
) -> None:
    sandbox.passes.get("loyaltyObject", OBJECT["id"]).notify(clock.now())
    path = tmp_path / "kept" / "google.json"
    save(sandbox.passes, path)
    assert path.stat().st_mode & 0o777 == 0o600
    again = create_app(sandbox_settings)
    load(again.passes, path)
    assert again.passes.get("loyaltyObject", OBJECT["id"]).body == OBJECT
    assert len(again.passes.get("loyaltyObject", OBJECT["id"]).notified_at) == 1
    load(again.passes, tmp_path / "nothing.json")


def test_a_developers_own_issuer_is_left_alone(tmp_path: Path) -> None:
    assert google_values(Settings(google_wallet_issuer_id="42"), tmp_path) == {}


def test_the_sandboxs_account_stays_the_same_and_private(tmp_path: Path) -> None:
    first, second = google_values(Settings(), tmp_path), google_values(Settings(), tmp_path)
    name = "ORION_GOOGLE_WALLET_SERVICE_ACCOUNT_FILE"
    assert first[name] == second[name]
    assert Path(first[name]).stat().st_mode & 0o777 == 0o600
