"""The merchant's color for the join button and the card, as a style sheet that our content security policy allows."""

import re

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from frontend.kit.assets import FOREVER

COLOR = re.compile(r"#?([0-9A-Fa-f]{6})")
ACCENT = "414fd2"
LIGHT_CANVAS, DARK_CANVAS = "f2f3f7", "080e19"
WHITE, BLACK = "ffffff", "000000"
LINEAR_BELOW = 0.04045
"""The sRGB curve is linear up to this value."""
NOTICEABLE = 3.0
"""WCAG 1.4.11: a shape with a lower contrast to the page needs an edge."""


def brand_url(color: str) -> str:
    """Invalid colors fall back to the platform's accent color."""
    match = COLOR.fullmatch(color)
    return f"/brand/{match[1].lower() if match else ACCENT}.css"


def brand_css(color: str) -> str:
    """`color` is six hexadecimal digits."""
    return (
        f":root{{--brand:#{color};--on-brand:#{readable_on(color)};--brand-edge:{_edge(color, LIGHT_CANVAS)}}}\n"
        f":root[data-theme=dark]{{--brand-edge:{_edge(color, DARK_CANVAS)}}}\n"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme]){{--brand-edge:{_edge(color, DARK_CANVAS)}}}}}\n"
    )


def readable_on(color: str) -> str:
    """Black or white, the one with the higher contrast: at least 4.5."""
    return max(WHITE, BLACK, key=lambda other: contrast(color, other))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@get("/brand/{name:str}", name="brand")
async def show_brand(name: FromPath[str]) -> Response[str]:
    color = name.removesuffix(".css")
    if not COLOR.fullmatch(color) or not name.endswith(".css"):
        raise NotFoundException
    headers = {"Cache-Control": FOREVER}
    return Response(brand_css(color.lower()), media_type="text/css; charset=utf-8", headers=headers)


def _edge(color: str, canvas: str) -> str:
    return "transparent" if contrast(color, canvas) >= NOTICEABLE else "var(--control)"


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[start : start + 2], 16) / 255) for start in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= LINEAR_BELOW else ((channel + 0.055) / 1.055) ** 2.4
