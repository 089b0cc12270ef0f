"""The pseudo-locale reveals unmarked text and words that are too long."""

import re

from playwright.async_api import Page

TEXTS = """() => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest("script, style, template, kbd, code, [translate=no], option[lang], button[lang], a[lang]"))
      texts.push(walker.currentNode.data);
  }
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const element of document.querySelectorAll(`[${name}]`)) texts.push("\\n", element.getAttribute(name));
  return document.title + "\\n" + texts.join("");
}"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, .skip, .working, svg"))
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .map((element) => element.outerHTML.slice(0, 100))"""
BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
SAME_EVERYWHERE = re.compile(
    r"Orion|EUR|[\w.]+@[\w.]+|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\b"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|A point for every euro\.|Fashion \w+|Voucher|Free accessory"
    r"|Category \d|English|Français|Deutsch|Lëtzebuergesch|[0-9a-f-]{36}"
)
BARE = re.compile(r"[A-Za-zÀ-ž]{2,}[^\n⟦⟧]*")


async def untranslated(page: Page, known: list[str]) -> list[str]:
    text = await page.evaluate(TEXTS)
    assert "⟦" in text
    while BRACKETED.search(text):
        text = BRACKETED.sub(" ", text)
    for word in known:
        text = text.replace(word, " ")
    bare = [found.strip() for found in BARE.findall(SAME_EVERYWHERE.sub(" ", text))]
    return bare + [f"too wide: {element}" for element in await page.evaluate(TOO_WIDE)]
