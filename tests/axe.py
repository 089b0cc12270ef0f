"""axe finds what of a page not everybody can use.

The contrast of texts takes it longest, a tenth of a second for a page: it is asked once about each look.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

SCRIPT = """
// What axe decides on: the color of a text, whether it is large, the colors and effects of its ancestors.
// Nothing for a text that lies over something else than its ancestors: what that is, only axe finds out.
window.lookOf = (element, known = new Map()) => {
  const { color, fontSize, fontWeight, textDecorationLine, textShadow } = getComputedStyle(element);
  const { backgrounds, effects } = groundOf(element, known);
  if (!backgrounds || element.closest(".pass")) return null;
  const isLarge = parseFloat(fontSize) * .75 >= (fontWeight >= 700 ? 14 : 18);
  const look = [color, isLarge, textShadow, backgrounds, effects];
  // A link in a text differs from it.
  if (element.matches("a[href]") && hasWords(element.parentElement))
    look.push(getComputedStyle(element.parentElement).color, textDecorationLine, fontWeight);
  return look.join(" ");
};
const groundOf = (element, known) => {
  if (!element) return { backgrounds: "", effects: "" };
  if (known.has(element)) return known.get(element);
  const { backgroundColor, backgroundImage, filter, mixBlendMode, opacity, position } = getComputedStyle(element);
  const parent = groundOf(element.parentElement, known), own = `${backgroundColor} ${backgroundImage}`;
  const isOpaque = backgroundColor.startsWith("rgb("), isApart = ["absolute", "fixed", "sticky"].includes(position);
  const isBare = own === "rgba(0, 0, 0, 0) none", hasEffects = `${opacity} ${filter} ${mixBlendMode}` !== "1 none normal";
  const ground = {
    backgrounds: isOpaque ? own : isApart || parent.backgrounds === null ? null : isBare ? parent.backgrounds : own + parent.backgrounds,
    effects: hasEffects ? `${opacity} ${filter} ${mixBlendMode} ${parent.effects}` : parent.effects,
  };
  known.set(element, ground);
  return ground;
};
const hasWords = (element) =>
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && /[\\p{L}\\p{N}]/u.test(node.data));
window.textsByLook = () => {
  const found = new Map(), known = new Map();
  for (const element of document.querySelectorAll("body, body *")) {
    if (!hasWords(element) && !element.matches("input:not([type=hidden]), select, textarea")) continue;
    if (element.closest(":disabled, .visually-hidden, .skip:not(:focus)")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const look = lookOf(element, known);
    if (!found.has(look)) found.set(look, []);
    found.get(look).push(element);
  }
  return found;
};
"""  # noqa: E501 - lines of JavaScript
LOOKS = "() => window.axe ? [...textsByLook().keys()] : null"
VIOLATIONS = "async (options) => window.axe ? (await axe.run(options)).violations : null"
CHECK = """async (looks) => {
  const texts = textsByLook(), include = looks.flatMap((look) => texts.get(look));
  const options = { runOnly: ["color-contrast", "link-in-text-block"], elementRef: true, iframes: false };
  const { violations, passes } = await axe.run({ include }, options);
  const nodes = (rules) => rules.flatMap((rule) => rule.nodes);
  return {
    faults: nodes(violations).map(({ html, any }) => `${html.slice(0, 120)} ${any[0].message.slice(0, 120)}`),
    readable: nodes(passes.filter(({ id }) => id === "color-contrast")).map(({ element }) => lookOf(element)).filter((look) => look !== null),
  };
}"""  # noqa: E501
STRUCTURE = {
    "resultTypes": ["violations"],
    # A sandboxed frame answers nobody.
    "iframes": False,
    # No rule that asks for style sheets or media is on.
    "preload": False,
    "rules": {"color-contrast": {"enabled": False}},
}
Look = str | None


class Checked(TypedDict):
    faults: list[str]
    readable: list[Look]


@dataclass
class Contrast:
    """Remembers the looks that axe has passed. It judges no text that is disabled, hidden or without a letter."""

    readable: set[Look] = field(default_factory=set)

    async def faults_of(self, page: Page) -> list[str]:
        """As the page looks now, in this theme and at this width."""
        looks: list[Look] = await asked(page, LOOKS)
        new = [look for look in looks if look not in self.readable]
        if not new:
            return []
        checked: Checked = await page.evaluate(CHECK, new)
        self.readable.update(checked["readable"])
        return checked["faults"]


async def violations(page: Page, tags: Sequence[str] = ()) -> list[str]:
    """Of all rules but contrast, which depend on no color, and of those with `tags` only if there are some."""
    options = STRUCTURE | ({"runOnly": tags} if tags else {})
    found = await asked(page, VIOLATIONS, options)
    return [
        f"{rule['id']} {node['html'][:120]} {node['any'][0]['message'][:120] if node['any'] else ''}"
        for rule in found
        for node in rule["nodes"]
    ]


async def asked(page: Page, script: str, options: Any = None) -> Any:
    """What a script says that says nothing where axe is not loaded. It is loaded once per document."""
    if (answer := await page.evaluate(script, options)) is None:
        await page.evaluate(f"{AXE_SCRIPT}\n(() => {{ {SCRIPT} }})()")
        answer = await page.evaluate(script, options)
    return answer
