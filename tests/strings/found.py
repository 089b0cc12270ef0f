"""What one stop of a walk shows."""

import re
from pathlib import Path
from zlib import crc32

import msgspec
from playwright.async_api import Page

from tests.strings.folder import FOUND, PICTURES

COLLECTOR = (Path(__file__).parent / "collector.js").read_text("utf-8")
COLLECT = "() => markedPlaces().map(({ element, ...found }) => found)"
LONGEST = 60
Box = tuple[int, int, int, int]


class FoundText(msgspec.Struct, frozen=True):
    """A sentence at one place. `kind`: text, option, template, title (of the page), or the attribute it stands in."""

    number: int
    text: str
    kind: str
    is_visible: bool = msgspec.field(name="isVisible")
    box: Box
    """Left, top, width and height in pixels of the page."""


class FoundStop(msgspec.Struct, frozen=True):
    """`path` is the pattern of the page's address."""

    walk: str
    stop: str
    path: str
    picture: str
    size: tuple[int, int]
    texts: list[FoundText]
    is_specimen: bool = False


async def collect(page: Page) -> list[FoundText]:
    if not await page.evaluate("'markedPlaces' in window"):
        await page.evaluate(COLLECTOR)
    return msgspec.convert(await page.evaluate(COLLECT), list[FoundText])


async def take_picture(page: Page, name: str) -> tuple[int, int]:
    """Of the whole page; its size in pixels."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(
        path=PICTURES / name, type="jpeg", quality=60, full_page=True, animations="disabled", caret="hide"
    )
    width, height = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    return width, height


def picture_name(stop: str) -> str:
    """Short enough for any file system, and another one for each stop."""
    plain = re.sub(r"[^a-z0-9]+", "-", stop.lower()).strip("-")
    return f"{plain[:LONGEST]}{f'-{crc32(stop.encode()):08x}' if len(plain) > LONGEST else ''}.jpg"


def save_found(name: str, stops: list[FoundStop]) -> None:
    FOUND.mkdir(parents=True, exist_ok=True)
    (FOUND / f"{name}.json").write_bytes(msgspec.json.encode(stops))


def load_found() -> list[FoundStop]:
    paths = sorted(FOUND.glob("*.json"))
    return [stop for path in paths for stop in msgspec.json.decode(path.read_bytes(), type=list[FoundStop])]
