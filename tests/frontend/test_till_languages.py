"""What the scripts of the till say comes from the page, in its language: nothing in them is English for others."""

from html.parser import HTMLParser

import pytest

from i18n.checks.code.wording import is_label
from i18n.locales import LANGUAGES
from tests.frontend.staff_browser import CARD_PATH, Browser

SAID = {
    *("data-amount-wrong", "data-blocked", "data-blocked-standalone", "data-dropped", "data-foreign", "data-missing"),
    *("data-starting", "data-unknown", "data-waiting"),
}


class DataOfAPage(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.language, self.texts = "", set[tuple[str, str]]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = dict(attrs).get("lang") or ""
        texts = ((name, value or "") for name, value in attrs if name.startswith("data-"))
        self.texts |= {(name, text) for name, text in texts if is_label(text) or " " in text.strip()}


@pytest.mark.parametrize("path", ["/till", CARD_PATH, "/till/enrollment", "/till/today"])
async def test_what_the_scripts_of_the_till_say_is_in_the_language_of_the_page(anna: Browser, path: str) -> None:
    pages = {language: DataOfAPage((await anna.open(f"{path}?lang={language}")).text) for language in LANGUAGES}
    assert {language: page.language for language, page in pages.items()} == {each: each for each in LANGUAGES}
    english = pages.pop("en").texts
    names = {name for name, _ in english}
    assert names >= SAID - {"data-amount-wrong"}
    assert names <= SAID
    for page in pages.values():
        assert page.texts & english == set()
        assert {name for name, _ in page.texts} == names
