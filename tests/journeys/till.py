"""The till as used with a scanner and a keyboard."""

from playwright.async_api import Locator, Page, expect


class TillScreen:
    """Counts the user's actions: a scan is one, a key is one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.interactions = 0

    async def sign_in(self, email: str, password: str) -> None:
        await self.page.goto("/till")
        await self.page.keyboard.type(email)
        await self.page.keyboard.press("Tab")
        await self.page.keyboard.type(password)
        await self.page.keyboard.press("Enter")
        await self.is_ready()
        self.interactions = 0

    async def is_ready(self) -> None:
        """Waits for the empty till with its scripts: the finder has the focus before they have come."""
        await expect(self.page.locator("#query")).to_be_focused()
        await self.page.wait_for_load_state()
        # htmx looks at the page a little after it has come; a form is sent by the browser itself until then.
        await expect(self.page.locator("html:not([data-js]), #find[data-htmx-powered]").first).to_be_attached()

    @property
    def title(self) -> Locator:
        """The customer of the open card, or the title of another state."""
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
        """Letter by letter. Each counts as one action, even if the keyboard needs two keys for it."""
        await self.page.keyboard.type(text)
        self.interactions += len(text)

    async def open(self, card: dict[str, object]) -> None:
        """Opens the card and restarts the count, including the scan."""
        self.interactions = 0
        await self.scan(str(card["code"]))
        await expect(self.page.locator(".panel .sub").first).to_contain_text(in_groups(str(card["code"])))
        await self.settled()

    async def settled(self) -> None:
        """Waits until the till has moved on and the focus is where the new page wants it. Keys are held until then."""
        await expect(self.page.locator("#till")).not_to_have_attribute("aria-busy", "true")

    async def at_first_row(self) -> None:
        """Waits until the first row of a list has the focus and keys act: held Enter presses no row."""
        await expect(self.page.locator("[data-row]").first).to_be_focused()
        await self.settled()

    async def has_focus(self) -> bool:
        """Whether an element other than the body has the focus."""
        return bool(await self.page.evaluate("![null, document.body].includes(document.activeElement)"))

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)


def in_groups(code: str) -> str:
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
