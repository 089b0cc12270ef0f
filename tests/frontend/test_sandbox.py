"""The page of the two phones, against a fake sandbox: in development only."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from backend.dev.sandbox.schemas import SandboxCard, SandboxCards, ShownFact, ShownPass, ShownPhones
from frontend.app import create_app
from frontend.settings import Settings
from tests.frontend import canned
from tests.frontend.canned import CODE, ID, TOKEN, found

SANDBOX = "http://sandbox.test"
DEVELOPMENT = Settings(environment="development", secret_keys="k" * 32, sandbox_url=SANDBOX)
PIXEL = "data:image/png;base64,iVBORw0KGgo="
APPLE = ShownPass(
    "Fashion Group", "Fashion Club of Fashion Group", "#0f5c4b", [ShownFact("Points", "485")],
    ShownFact("Stamps", "6/10"), [], [], None, PIXEL, None, CODE, False, ["You have 485 points."],
)  # fmt: skip
TAPS: list[tuple[str, str]] = []


def answer(request: httpx.Request) -> httpx.Response:
    if request.url.host != "sandbox.test":
        return canned.answer(request)
    if request.method == "POST":
        TAPS.append((request.url.path.rsplit("/", 1)[1], json.loads(request.content)["url"]))
        return httpx.Response(204)
    if request.url.path == "/phones/cards":
        return found(SandboxCards([SandboxCard(ID, TOKEN, "Marie Weber", "Fashion Group")]))
    return found(ShownPhones(None, APPLE, ["Google Wallet: refused"]))


@pytest.fixture
async def developer() -> AsyncIterator[AsyncTestClient[Litestar]]:
    TAPS.clear()
    async with AsyncTestClient(create_app(DEVELOPMENT, httpx.MockTransport(answer))) as client:
        yield client


async def test_every_page_says_that_no_wallet_is_real(developer: AsyncTestClient[Litestar]) -> None:
    for path in ("/sandbox", f"/sandbox/{TOKEN}"):
        assert "Sandbox: not a real wallet" in (await developer.get(f"{path}?lang=en")).text


async def test_a_card_is_chosen_by_its_holders_name(developer: AsyncTestClient[Litestar]) -> None:
    assert f'href="/sandbox/{TOKEN}"><strong>Marie Weber</strong>' in (await developer.get("/sandbox?lang=en")).text


async def test_both_phones_stand_side_by_side_and_are_looked_at_every_second(
    developer: AsyncTestClient[Litestar],
) -> None:
    page = (await developer.get(f"/sandbox/{TOKEN}?lang=en")).text
    assert "Stamps: 6/10. Points: 485." in page
    assert "You have 485 points." in page
    assert f'src="{PIXEL}"' in page
    assert "No card in Google Wallet yet." in page
    assert "Google Wallet: refused" in page
    watched = f"/sandbox/{TOKEN}/phones/{ID}"
    assert f'hx-get="{watched}" hx-trigger="every 1s"' in page
    part = await developer.get(f"{watched}?lang=en", headers={"HX-Request": "true"})
    assert "Stamps: 6/10." in part.text
    assert "<html" not in part.text


async def test_the_buttons_play_the_phones_part(developer: AsyncTestClient[Litestar]) -> None:
    form = (await developer.get("/sandbox/wallets")).text
    token = form.partition('name="_csrf_token" value="')[2].partition('"')[0]
    for wallet, url in (("google", "https://wallet.example/save/1"), ("apple", "https://orion.example/passes/1")):
        answer = await developer.post(f"/sandbox/wallets/{wallet}", data={"_csrf_token": token}, follow_redirects=False)
        assert answer.headers["location"] == "/sandbox/wallets"
        assert TAPS[-1] == (wallet, url)


async def test_a_card_without_a_button_says_so(developer: AsyncTestClient[Litestar]) -> None:
    form = (await developer.get(f"/sandbox/{TOKEN}?lang=en")).text
    token = form.partition('name="_csrf_token" value="')[2].partition('"')[0]
    page = (await developer.post(f"/sandbox/{TOKEN}/google?lang=en", data={"_csrf_token": token})).text
    assert "The card’s page has no button for this wallet." in page
    assert TAPS == []


async def test_the_customers_page_leads_there(developer: AsyncTestClient[Litestar]) -> None:
    assert 'href="/sandbox/wallets"' in (await developer.get("/c/wallets")).text


@pytest.mark.parametrize(
    "settings",
    [
        Settings(environment="production", secret_keys="k" * 32, sandbox_url=SANDBOX),
        Settings(environment="test", secret_keys="k" * 32, sandbox_url=SANDBOX),
        Settings(environment="development", secret_keys="k" * 32),
    ],
    ids=["production", "test", "development without it"],
)
async def test_elsewhere_there_is_no_such_page(settings: Settings) -> None:
    async with AsyncTestClient(create_app(settings, httpx.MockTransport(answer))) as client:
        for path in ("/sandbox", f"/sandbox/{TOKEN}", f"/sandbox/{TOKEN}/phones/{ID}"):
            assert (await client.get(path)).status_code == 404
        assert "/sandbox" not in (await client.get("/c/wallets")).text
