"""A pass on a page: it looks as on the phone, has a text alternative, and fits every card."""

import re
from datetime import UTC, datetime
from itertools import product
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from litestar.testing import AsyncTestClient
from playwright.async_api import Browser

from frontend.app import create_app
from frontend.kit.assets import Assets
from frontend.kit.brand_color import contrast
from frontend.kit.passes import Fact, PassFace, PassValues, faces_of
from frontend.kit.stamps import apple_strip, google_strip
from frontend.kit.templates import Templates
from frontend.settings import Settings
from tests.frontend.canned import CODE, changed

ASSETS = Assets()
VALUES = PassValues(
    merchant="Fashion Group",
    card_name="Fashion Club",
    color="#0F5C4B",
    type="hybrid",
    points=460,
    stamp_count=6,
    stamps_target=10,
    stamp_reward="Coffee",
    reward="Linen scarf",
    missing_points=40,
    customer="Marie Weber",
    code=CODE,
    expires_at=datetime(2026, 12, 30, 23, tzinfo=UTC),
    expiring_points=120,
)


def faces(language: str = "en", **values: Any) -> dict[str, PassFace]:
    return {face.wallet: face for face in faces_of(changed(VALUES, **values), language)}


def drawn(face: PassFace, look: str | None = None, language: str = "en") -> str:
    page = Templates(ASSETS, reload=False)._environment(language)
    return str(page.from_string("{{ passes.draw(face, look) }}").render(face=face, look=look))


def test_each_wallet_shows_what_it_shows_on_the_phone() -> None:
    google, apple = faces()["google"], faces()["apple"]
    assert [tuple(fact) for fact in google.figures] == [("Points", "460"), ("Stamps", "6")]
    assert apple.main == Fact("Stamps", "6/10")
    assert [tuple(fact) for fact in apple.figures] == [("Points", "460")]
    assert [tuple(fact) for fact in apple.details] == [("Next reward", "Coffee"), ("Customer", "Marie Weber")]


def test_a_program_of_points_has_no_stamps_and_names_the_reward_for_points() -> None:
    google, apple = faces(type="points")["google"], faces(type="points")["apple"]
    assert google.strip is None
    assert apple.strip is not None
    assert apple.strip.stamps == []
    assert apple.main == Fact("Points", "460")
    assert [tuple(fact) for fact in apple.figures] == [("To go", "40")]
    assert tuple(apple.details[0]) == ("Next reward", "Linen scarf")


def test_a_program_of_stamps_has_no_points() -> None:
    google, apple = faces(type="stamps")["google"], faces(type="stamps")["apple"]
    assert [fact.label for fact in google.figures] == ["Stamps"]
    assert [tuple(fact) for fact in apple.figures] == [("To go", "4")]


def test_the_picture_is_told_in_whole_sentences() -> None:
    assert faces()["apple"].sentence("en") == (
        "Fashion Group, Fashion Club in Apple Wallet. Stamps: 6/10. Points: 460. Next reward: Coffee. "
        "Customer: Marie Weber. Expiry: 120 points until 30 December 2026. Card code: BDFH KLNP RSTV XGCJ."
    )
    assert faces(is_over=True, code=None)["google"].sentence("en").endswith("This pass is no longer valid.")


@pytest.mark.parametrize(("merchant", "initial"), [("Éclair", "E"), ("123 Soleil", "1"), ("«Ville»", "V"), ("…", "")])
def test_without_a_logo_the_initial_stands_there(merchant: str, initial: str) -> None:
    assert faces(merchant=merchant)["google"].initial == initial


def test_text_on_any_color_can_be_read() -> None:
    for red, green, blue in product(range(0, 256, 51), repeat=3):
        face = faces(color=f"#{red:02X}{green:02x}{blue:02x}")["google"]
        assert contrast(face.ground[1:], face.ink[1:]) >= 4.5
    assert faces(color="red; }")["google"].ground == "#414fd2"


@pytest.mark.parametrize("target", range(1, 51))
def test_stamps_of_every_card_lie_within_the_strip_and_never_on_each_other(target: int) -> None:
    for strip in (apple_strip(target // 2, target), google_strip(target // 2, target)):
        assert len(strip.stamps) == target
        assert sum(stamp.is_given for stamp in strip.stamps) == target // 2
        for stamp in strip.stamps:
            assert stamp.radius <= stamp.x <= strip.width - stamp.radius
            assert stamp.radius <= stamp.y <= strip.height - stamp.radius
        for one, other in zip(strip.stamps, strip.stamps[1:], strict=False):
            assert abs(one.x - other.x) + abs(one.y - other.y) > one.radius + other.radius


@pytest.mark.parametrize("wallet", ["google", "apple"])
def test_a_face_needs_nothing_our_policy_forbids(wallet: str) -> None:
    html = drawn(faces()[wallet], "dark")
    assert not re.search(r"\sstyle=|<style|<script|https?://", html)
    assert 'data-look="dark"' in html
    assert 'fill="#0f5c4b"' in html
    assert 'class="qr"' in html


def test_a_pass_that_is_over_shows_no_code() -> None:
    html = drawn(faces(is_over=True, code=None)["apple"])
    assert 'class="qr"' not in html
    assert " over" in html


def test_words_of_a_merchant_stay_words() -> None:
    html = drawn(faces(merchant="<b>Group</b>", card_name='"><script>')["google"])
    assert "<b>" not in html
    assert "<script>" not in html


@pytest.mark.browser
@pytest.mark.parametrize("look", ["light", "dark"])
async def test_both_wallets_fit_the_narrowest_screen_with_the_longest_names(
    chromium: Browser, look: Literal["light", "dark"]
) -> None:
    long = {"merchant": "Boulangerie-Pâtisserie Rheinisch-Westfälische", "card_name": "Kundenbindungsprogramm" * 3}
    shown = [
        face for values in ({}, long, {"stamps_target": 50}, {"type": "points"}) for face in faces(**values).values()
    ]
    css = "".join((ASSETS.text(f"css/{name}.css")) for name in ("orion", "pass"))
    figures = "".join(drawn(face, look) for face in shown)
    page = await chromium.new_page(viewport={"width": 320, "height": 640}, color_scheme=look)
    await page.set_content(
        f'<!doctype html><html lang="en"><title>x</title><style>{css}</style><main><h1>x</h1>{figures}'
    )
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await page.evaluate(
        "[...document.querySelectorAll('.pass')].every((pass) => pass.scrollWidth <= pass.clientWidth)"
    )
    assert (await Axe().run(page)).violations_count == 0
    await page.close()


async def test_the_workbench_shows_both_wallets_on_both_screens() -> None:
    settings = Settings(environment="development", secret_keys="k")
    async with AsyncTestClient(create_app(settings)) as developer:
        page = (await developer.get("/_kit?lang=en")).text
    assert page.count('data-look="light"') == page.count('data-look="dark"') == 2
