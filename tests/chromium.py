"""The browser of the tests, and what a scanner does to it."""

import os

from playwright.async_api import Page, expect

from tests.world.patience import PATIENCE_SECONDS

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

CHROMIUM = os.environ.get("ORION_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


async def scan(page: Page, code: str, *, pause_ms: float = 0) -> None:
    """What a scanner does: it types the code and presses Enter."""
    await page.keyboard.type(code, delay=pause_ms)
    await page.keyboard.press("Enter")
