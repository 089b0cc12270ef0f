"""How long a translation may be, measured where texts cannot grow without end."""

from functools import cache
from pathlib import Path

import msgspec
from playwright.async_api import Page, ViewportSize

from i18n.catalogs.entries import key_of, sources
from i18n.catalogs.templates import number_sentences, template_entries
from i18n.pseudo import pseudo
from tests.strings.folder import ROOM
from tests.strings.found import COLLECTOR

NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 800}
MEASURE = (Path(__file__).parent / "room.js").read_text("utf-8")
Room = dict[int, int]
"""Letters by the number of the sentence."""


async def measure(page: Page) -> list[tuple[int, int]]:
    """The sentence and the letters that fit at each place; a sentence may stand at several ones."""
    if not await page.evaluate("'measuredTexts' in window"):
        await page.evaluate(COLLECTOR)
        await page.evaluate(MEASURE)
    found = await page.evaluate("() => measuredTexts()")
    if await page.evaluate("() => hasTable()"):
        await page.set_viewport_size(WIDE)
        found += await page.evaluate("() => measuredTexts('thead th')")
        await page.set_viewport_size(NARROW)
    return [(number, letters - _of_values(number, text)) for number, text, letters in found]


def add_room(room: Room, measured: list[tuple[int, int]]) -> None:
    for number, letters in measured:
        if letters > 0:
            room[number] = min(letters, room.get(number, letters))


def save_room(name: str, room: Room) -> None:
    ROOM.mkdir(parents=True, exist_ok=True)
    (ROOM / f"{name}.json").write_bytes(msgspec.json.encode(room))


def load_room() -> Room:
    room: Room = {}
    for path in sorted(ROOM.glob("*.json")):
        add_room(room, list(msgspec.json.decode(path.read_bytes(), type=Room).items()))
    return room


def _of_values(number: int, text: str) -> int:
    """By how much values are longer than their placeholders, or shorter."""
    return min((len(text) - len(pseudo(source)) for source in _sources()[number]), key=abs)


@cache
def _sources() -> dict[int, tuple[str, ...]]:
    numbers = number_sentences()
    return {numbers[key_of(entry)]: sources(entry) for entry in template_entries()}
