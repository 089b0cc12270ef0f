"""Walks past every page in every state and notes which sentences stand where. `make strings` runs it."""

from urllib.parse import urlsplit

import pytest

from tests.conftest import OpenShop
from tests.journeys.conftest import OpenWindow
from tests.journeys.stack import Stack
from tests.journeys.walks import WALKS, Walk, set_scene, stops
from tests.strings.found import FoundStop, collect, picture_name, save_found, take_picture
from tests.strings.walk.addresses import pattern_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
async def test_what_stands_where(walk: Walk, opened: OpenShop, open_window: OpenWindow, orion: Stack) -> None:
    window = await open_window(reduced_motion="reduce")
    await window.add_cookies([{"name": "lang", "value": "en", "url": orion.url}])
    page, scene = await window.new_page(), await set_scene(orion, await opened(categories=3))
    found: list[FoundStop] = []
    async for stop in stops(walk, page, scene):
        texts, picture = await collect(page), picture_name(stop)
        size = await take_picture(page, picture)
        found.append(FoundStop(walk.__name__, stop, pattern_of(urlsplit(page.url).path), picture, size, texts))
    save_found(walk.__name__, found)
