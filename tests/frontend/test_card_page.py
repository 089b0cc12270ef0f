"""The customer's own page against a made-up backend."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from frontend.card.wallets import WALLET_PROBLEMS
from frontend.kit.assets import Assets
from i18n.translator import get_translator
from tests.frontend import canned
from tests.frontend.conftest import Visit

Client = httpx.AsyncClient

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 15_4 like Mac OS X) Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/126.0 Mobile"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture
async def customer(visit: Visit) -> AsyncIterator[Client]:
    async with visit(canned.answer) as client:
        yield client


async def shown(customer: Client, token: str = canned.TOKEN, **headers: str) -> str:
    answer = await customer.get(f"/c/{token}?lang=en", headers=headers)
    assert answer.status_code == 200
    return answer.text


async def test_the_card_shows_code_balance_stamps_and_the_next_reward(customer: Client) -> None:
    page = await shown(customer)
    assert "BDFH KLNP RSTV XGCJ" in page
    assert ">460<" in page
    assert "Stamps 6 of 10" in page
    assert "Next: Linen scarf" in page
    assert "40 points to go" in page


async def test_points_that_end_at_midnight_are_told_with_their_last_day(customer: Client) -> None:
    assert "120 points expire on 31 December 2026." in await shown(customer, "expiring")


async def test_the_code_is_the_smallest_qr_with_a_quarter_of_repair_on_white(customer: Client) -> None:
    drawing = re.findall(r'<svg[^>]*class="qr".*?</svg>', await shown(customer))[0]
    assert 'viewBox="0 0 29 29"' in drawing
    assert "#fff" in drawing


async def test_the_last_bookings_are_told_in_words(customer: Client) -> None:
    page = await shown(customer)
    for words in (
        "Purchase of €41.50",
        "+41 points",
        "Reward: Tote bag",
        "−100 points",
        "+1 stamp",
        "voided",
        "Welcome gift",
    ):
        assert words in page


async def test_bookings_name_the_store_and_not_its_code(customer: Client) -> None:
    page = await shown(customer)
    assert "Fashion Hub" in page
    assert "FASHIONHUB" not in page.replace("/account?store=FASHIONHUB", "")


async def test_a_full_stamp_card_says_that_the_reward_is_ready(customer: Client) -> None:
    page = await shown(customer, "full")
    assert "Your reward is ready" in page
    assert "30 points will be deducted from your next purchases" in page


async def test_a_card_that_is_not_active_shows_no_code(customer: Client) -> None:
    page = await shown(customer, "inactive")
    assert "This card is not active." in page
    assert "BDFH KLNP" not in page


async def test_a_button_that_leads_back_is_explained(customer: Client) -> None:
    for code in WALLET_PROBLEMS:
        page = (await customer.get(f"/c/{canned.TOKEN}?lang=en&wallet={code}")).text
        assert get_translator("en").gettext(WALLET_PROBLEMS[code]) in page
    assert 'role="alert"' not in (await customer.get(f"/c/{canned.TOKEN}?lang=en&wallet=nonsense")).text


async def test_wallets_that_are_not_configured_have_no_button(customer: Client) -> None:
    assert "Add to" not in await shown(customer)


@pytest.mark.parametrize(
    ("device", "first", "folded"),
    [(IPHONE, "Apple", "Google"), (ANDROID, "Google", "Apple"), (DESKTOP, "Google", None)],
    ids=["iPhone", "Android", "desktop"],
)
async def test_the_wallet_that_fits_the_phone_comes_first(
    customer: Client, device: str, first: str, folded: str | None
) -> None:
    page = await shown(customer, "wallets", **{"User-Agent": device})
    assert re.findall(r"Add to (\w+) Wallet", page)[0] == first
    other = page.partition("On another phone")[2]
    assert (f"Add to {folded} Wallet" in other) if folded else (other == "")


async def test_the_vendors_own_badge_takes_the_place_of_the_plain_button(
    customer: Client, shared_app: Litestar, tmp_path: Path
) -> None:
    """Put there by the operator; readers of Luxembourgish get the French one where there is none in theirs."""
    folder = tmp_path / "img" / "badges"
    folder.mkdir(parents=True)
    for name in ("google-en", "google-fr", "apple-fr", "apple-lb"):
        (folder / f"{name}.svg").write_text("<svg/>")
    art, assets = Assets(tmp_path), shared_app.state.assets
    for name in ("google-en", "google-fr", "apple-fr", "apple-lb"):
        assets._by_name[f"img/badges/{name}.svg"] = art._by_name[f"img/badges/{name}.svg"]
    page = await shown(customer, "wallets")
    assert re.findall(r"<span>Add to (\w+) Wallet</span>", page) == ["Google", "Apple"], "both or none"
    page = (await customer.get("/c/wallets?lang=lb")).text
    assert re.search(r'google-fr\.\w+\.svg" alt="Ajouter à Google Wallet" lang="fr"', page)
    assert re.search(r'apple-lb\.\w+\.svg" alt="[^"]+" lang="lb"', page)


async def test_a_card_that_is_in_a_wallet_says_so_and_can_be_added_again(customer: Client) -> None:
    page = await shown(customer, "saved", **{"User-Agent": ANDROID})
    assert "Your card is in Google Wallet." in page
    assert '<a href="https://wallet.example/save/1" rel="noopener">Add it again</a>' in page
    assert "Add to Google Wallet" not in page
    assert "Add to Apple Wallet" in page


@pytest.mark.parametrize(
    ("device", "order"), [(IPHONE, ["Apple Wallet", "Google Wallet"]), (ANDROID, ["Google Wallet", "Apple Wallet"])]
)
async def test_the_card_is_shown_as_it_looks_in_each_wallet(customer: Client, device: str, order: list[str]) -> None:
    page = await shown(customer, "wallets", **{"User-Agent": device})
    assert re.findall(r'aria-label="Fashion Group, Fashion Club in ([^.]+)\.', page) == order
    assert "How it looks" not in await shown(customer)


async def test_a_link_that_is_not_valid_offers_a_new_one_and_tells_nothing(customer: Client) -> None:
    answer = await customer.get("/c/nothing?lang=en")
    assert answer.status_code == 404
    assert "Send me a new link" in answer.text
    assert 'name="token" value="nothing"' in answer.text
    assert "store_code" not in answer.text


@pytest.mark.parametrize("email", ["marie.weber@example.com", "nobody@example.com"])
async def test_asking_for_a_link_is_always_answered_the_same(customer: Client, email: str) -> None:
    answer = await send_request(customer, email=email)
    assert answer.status_code == 200
    assert "If this address has a card, its link is on the way." in answer.text


async def test_an_address_that_is_none_is_said_beside_the_field(customer: Client) -> None:
    answer = await send_request(customer, email="marie")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


async def test_a_rewards_picture_is_shown_beside_its_name(customer: Client) -> None:
    """A reward without one gets a sign, so that all names begin at the same place."""
    page = await shown(customer, "pictures")
    assert f'<img class="thumb" src="/pictures/{canned.PICTURE}" alt="" width="48" height="48" loading="lazy">' in page
    assert page.count('class="thumb"') == 2
    assert (await customer.get(f"/pictures/{canned.PICTURE}")).content == canned.PIXEL
    assert "thumb" not in await shown(customer)


async def test_the_page_is_kept_by_nobody(customer: Client) -> None:
    answer = await customer.get(f"/c/{canned.TOKEN}")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in answer.text


async def send_request(customer: Client, **fields: str) -> httpx.Response:
    form = (await customer.get("/c/nothing?lang=en")).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return await customer.post("/c?lang=en", data=hidden | fields)
