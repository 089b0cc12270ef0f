"""The till's camera, with a video of a card as Chromium's fake camera."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import segno
from playwright.async_api import async_playwright, expect

from tests.chromium import ARGUMENTS, CHROMIUM
from tests.frontend.till_stub import MARIE, TillStub

pytestmark = pytest.mark.browser

WIDTH, HEIGHT, MODULE = 640, 480, 10
SAYS = "#camera [data-camera-says]"
Film = Callable[[str], Path]


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """One second of a QR code as uncompressed video."""

    def shoot(text: str) -> Path:
        code = segno.make(text, error="q", micro=False)
        side = int(code.symbol_size(scale=MODULE, border=4)[0])
        left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
        rows = [bytearray(b"\xeb" * WIDTH) for _ in range(HEIGHT)]
        for y, modules in enumerate(code.matrix_iter(scale=MODULE, border=4)):
            rows[top + y][left : left + side] = bytes(0x10 if dark else 0xEB for dark in modules)
        frame = b"FRAME\n" + b"".join(rows) + b"\x80" * (WIDTH * HEIGHT // 2)
        path = tmp_path / "card.y4m"
        path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)
        return path

    return shoot


async def till_with_camera(*flags: str, allowed: bool) -> AsyncIterator[TillStub]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *flags])
        context = await browser.new_context(permissions=["camera"] if allowed else [])
        stub = TillStub(await context.new_page())
        await stub.open()
        yield stub
        await browser.close()


def fake_camera(film: Path) -> list[str]:
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]


async def test_the_camera_explains_itself_first_and_then_reads_a_card(film: Film) -> None:
    flags = [*fake_camera(film(MARIE)), "--use-fake-ui-for-media-stream"]
    async for till in till_with_camera(*flags, allowed=False):
        await till.page.keyboard.press("F2")
        await expect(till.page.locator(SAYS)).to_have_text("The camera reads the code of the card.")
        await till.page.locator("[data-camera-start]").click()
        await expect(till.page.locator("h2")).to_have_text(f"Card {MARIE}")
        await expect(till.page.locator("#camera")).to_be_hidden()
        assert till.calls == [("/till/find", {"query": MARIE})]


async def test_a_code_that_is_no_card_is_said_to_be_none(film: Film) -> None:
    flags = [*fake_camera(film("https://example.org/")), "--use-fake-ui-for-media-stream"]
    async for till in till_with_camera(*flags, allowed=True):
        await till.page.keyboard.press("F2")
        await expect(till.page.locator(SAYS)).to_have_text("Not a card")
        await till.page.keyboard.press("Escape")
        await expect(till.page.locator("#camera")).to_be_hidden()
        assert till.calls == []


async def test_a_refused_permission_is_explained() -> None:
    flags = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny")
    async for till in till_with_camera(*flags, allowed=False):
        await till.page.keyboard.press("F2")
        await till.page.locator("[data-camera-start]").click()
        await expect(till.page.locator(SAYS)).to_have_text("Blocked")


async def test_a_device_without_a_camera_is_told_so() -> None:
    async for till in till_with_camera("--use-fake-ui-for-media-stream", allowed=True):
        await till.page.keyboard.press("F2")
        await expect(till.page.locator(SAYS)).to_have_text("No camera")
