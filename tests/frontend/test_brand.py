from itertools import product

import pytest

from frontend.kit.brand_color import BLACK, WHITE, brand_css, brand_url, contrast


def test_contrast_is_the_ratio_of_wcag() -> None:
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast("ffffff", "414fd2") == pytest.approx(6.4, abs=0.05)
    assert contrast("080e19", "7990f4") == pytest.approx(6.5, abs=0.05)


@pytest.mark.parametrize(
    ("color", "text"),
    [("0f5c4b", WHITE), ("ffd23f", BLACK), ("000000", WHITE), ("ffffff", BLACK)],
)
def test_text_on_a_merchants_color_is_black_or_white(color: str, text: str) -> None:
    assert f"--on-brand:#{text}" in brand_css(color)


def test_text_on_any_color_can_be_read() -> None:
    for red, green, blue in product(range(0, 256, 15), repeat=3):
        color = f"{red:02x}{green:02x}{blue:02x}"
        assert max(contrast(color, WHITE), contrast(color, BLACK)) >= 4.5


def test_a_color_that_melts_into_the_page_gets_an_edge() -> None:
    light, _, dark = brand_css("ffffff").splitlines()
    assert "--brand-edge:var(--control)" in light
    assert "--brand-edge:transparent" in dark


@pytest.mark.parametrize("color", ["red", "#12", "", "#0f5c4b;}body{display:none"])
def test_what_is_no_color_becomes_the_platforms_own(color: str) -> None:
    assert brand_url(color) == "/brand/414fd2.css"
