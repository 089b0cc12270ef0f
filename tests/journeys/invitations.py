"""An invitation, from its email to the first password."""

from playwright.async_api import Page

NEW_PASSWORD = "four words for Léa Thoma"


async def accept(page: Page, link: str) -> None:
    await page.goto(link)
    await page.get_by_label("Your name").fill("Léa Thoma")
    await page.get_by_label("Choose a password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Accept the invitation").click()
