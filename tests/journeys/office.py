"""The office and the platform’s pages, as a person at a browser uses them."""

from playwright.async_api import Page, expect

from tests.world import PASSWORD


async def sign_in(page: Page, email: str) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: not url.endswith("/sign-in"))


async def says(page: Page, text: str) -> None:
    await expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


async def warns(page: Page, text: str) -> None:
    await expect(page.get_by_role("alert").filter(has_text=text)).to_be_visible()
