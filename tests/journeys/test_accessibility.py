"""Accessibility of every page in every state: axe in both themes at three widths, reflow, spacing, targets, focus."""

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.conftest import OpenShop
from tests.journeys.accessibility import faults_of
from tests.journeys.conftest import OpenWindow
from tests.journeys.stack import Stack
from tests.journeys.walks import WALKS, Walk, set_scene, stops

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def axe() -> Axe:
    return Axe()


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
async def test_everybody_can_use(walk: Walk, opened: OpenShop, open_window: OpenWindow, axe: Axe, orion: Stack) -> None:
    page = await (await open_window(reduced_motion="reduce")).new_page()
    faults: list[str] = []
    async for stop in stops(walk, page, await set_scene(orion, await opened(categories=3))):
        faults += [f"{stop}: {fault}" for fault in await faults_of(stop, page, axe)]
    assert faults == []
