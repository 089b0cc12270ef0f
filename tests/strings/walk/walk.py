"""Walks past every page in every state and notes which sentences stand where. `make strings` runs it."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page

from i18n.locales import PSEUDO_LANGUAGE
from tests.conftest import OpenShop
from tests.journeys.conftest import OpenWindow
from tests.journeys.stack import Stack
from tests.journeys.walks import WALKS, Walk, set_scene, stops
from tests.strings.found import FoundStop, collect, picture_name, save_found, take_picture
from tests.strings.room import NARROW, add_room, measure, save_room
from tests.strings.walk.addresses import pattern_of
from tests.strings.walk.own_walks import OWN_WALKS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


ALL = pytest.mark.parametrize("walk", [*WALKS, *OWN_WALKS], ids=lambda walk: walk.__name__)


class Walker:
    """Goes along a walk in one language and width."""

    def __init__(self, orion: Stack, opened: OpenShop, open_window: OpenWindow) -> None:
        self._orion, self._opened, self._open_window = orion, opened, open_window

    async def stops(self, walk: Walk, language: str, **options: Any) -> AsyncIterator[tuple[Page, str, str]]:
        """The page, the name of the stop and the pattern of its address."""
        window = await self._open_window(reduced_motion="reduce", **options)
        await window.add_cookies([{"name": "lang", "value": language, "url": self._orion.url}])
        page, scene = await window.new_page(), await set_scene(self._orion, await self._opened(categories=3))
        async for stop in stops(walk, page, scene):
            yield page, stop, pattern_of(urlsplit(page.url).path)


@pytest.fixture
def walker(orion: Stack, opened: OpenShop, open_window: OpenWindow) -> Walker:
    return Walker(orion, opened, open_window)


@ALL
async def test_what_stands_where(walk: Walk, walker: Walker) -> None:
    found: list[FoundStop] = []
    async for page, stop, path in walker.stops(walk, "en"):
        texts, picture = await collect(page), picture_name(stop)
        size = await take_picture(page, picture)
        found.append(FoundStop(walk.__name__, stop, path, picture, size, texts))
    save_found(walk.__name__, found)


@ALL
async def test_how_much_fits(walk: Walk, walker: Walker) -> None:
    """On a narrow phone, beside words that are longer than those of any language."""
    room: dict[int, int] = {}
    async for page, _, _ in walker.stops(walk, PSEUDO_LANGUAGE, viewport=NARROW):
        add_room(room, await measure(page))
    save_room(walk.__name__, room)
