"""The till as somebody with a scanner and a keyboard uses it."""

from playwright.async_api import Locator, Page, expect


class TillScreen:
    """Counts what the person does: a scan is one, a key is one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.interactions = 0

    async def sign_in(self, email: str, password: str) -> None:
        await self.page.goto("/till")
        await self.page.keyboard.type(email)
        await self.page.keyboard.press("Tab")
        await self.page.keyboard.type(password)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator("#query")).to_be_focused()
        self.interactions = 0

    @property
    def title(self) -> Locator:
        """Whose card is open, or what else the panel shows."""
        return self.page.locator(".panel h2")

    @property
    def amount(self) -> Locator:
        return self.page.locator("[data-amount]")

    @property
    def balance(self) -> Locator:
        return self.page.locator(".display")

    @property
    def stamps(self) -> Locator:
        return self.page.locator("#stamp-count")

    @property
    def says(self) -> Locator:
        """The note above the buttons."""
        return self.page.locator("#says")

    @property
    def toasts(self) -> Locator:
        return self.page.locator("#toasts")

    @property
    def handover(self) -> Locator:
        return self.page.locator(".handover strong")

    async def scan(self, code: str) -> None:
        for letter in code:
            await self.page.keyboard.press(letter.lower())
        await self.page.keyboard.press("Enter")
        self.interactions += 1

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)
        self.interactions += len(keys)

    async def type(self, text: str) -> None:
        """Letter by letter; each is one, also where the keyboard needs two keys for it."""
        await self.page.keyboard.type(text)
        self.interactions += len(text)

    async def open(self, card: dict[str, object]) -> None:
        """The card is on the screen and the count starts anew, with the scan in it."""
        self.interactions = 0
        await self.scan(str(card["code"]))
        await expect(self.page.locator(".panel .sub").first).to_contain_text(in_groups(str(card["code"])))

    async def has_focus(self) -> bool:
        """Somewhere on the page, never nowhere."""
        return bool(await self.page.evaluate("![null, document.body].includes(document.activeElement)"))

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)


def in_groups(code: str) -> str:
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
