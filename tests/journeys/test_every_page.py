"""Every page in every state: everybody can use it, nothing on it is untranslated and nothing overflows.

The pages are walked through on a narrow phone and in the pseudo-language, whose words are longer than those of any
other: what fits and can be clicked there fits everywhere. axe does not depend on the words.
"""

import pytest

from tests.axe import Contrast
from tests.conftest import OpenShop
from tests.journeys.accessibility import faults_of
from tests.journeys.conftest import OpenWindow
from tests.journeys.pseudo_language import untranslated
from tests.journeys.stack import Stack
from tests.journeys.walks import WALKS, Walk, known_words, set_scene, stops

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
async def test_everybody_can_use(
    walk: Walk, opened: OpenShop, open_window: OpenWindow, orion: Stack, contrast: Contrast
) -> None:
    window = await open_window(reduced_motion="reduce", viewport={"width": 320, "height": 640})
    await window.add_cookies([{"name": "lang", "value": "en_XA", "url": orion.url}])
    page, scene = await window.new_page(), await set_scene(orion, await opened(categories=3))
    known = known_words(scene)
    faults: list[str] = []
    async for stop in stops(walk, page, scene):
        found = await untranslated(page, known) + await faults_of(stop, page, contrast)
        faults += [f"{stop}: {fault}" for fault in found]
    assert faults == []
