"""The frame of all emails: the sender's name, color and logo above the body, and the footer below it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from backend.core.colors import Color, contrast, ink_on, parsed
from i18n import jinja
from i18n.translator import get_translator

FOLDER = Path(__file__).parent
PLATFORM_COLOR = "#414FD2"
GROUNDS = Color(255, 255, 255), Color(17, 24, 38)
"""Light and dark."""
NOTICEABLE = 3.0
"""WCAG 1.4.11: a shape with a lower contrast to its ground needs an edge."""
INLINER = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class MailBrand:
    """Who sends the email, as its reader sees them."""

    name: str
    color: str = PLATFORM_COLOR
    """`#` and six hexadecimal digits."""
    logo_url: str | None = None
    address: str = ""
    """Postal, on one line."""
    privacy_url: str | None = None
    reply_to: str | None = None
    """Where answers go; None: to the platform."""

    @property
    def ink(self) -> str:
        """Black or white: the one with the higher contrast to the color."""
        return ink_on(parsed(self.color)).css

    @property
    def has_edge(self) -> bool:
        return any(contrast(parsed(self.color), ground) < NOTICEABLE for ground in GROUNDS)


@dataclass(frozen=True, slots=True)
class Footer:
    reason: str
    """Why the reader gets the email."""
    unsubscribe_url: str | None
    platform_name: str


def html_document(language: str, brand: MailBrand, footer: Footer, *, subject: str, preheader: str, body: str) -> str:
    """`body`: HTML that is safe. CSS is inlined, but for what depends on the reader's device."""
    page = _environment(language).get_template("layout.html")
    document = page.render(brand=brand, footer=footer, subject=subject, preheader=preheader, body=Markup(body))  # noqa: S704
    return INLINER.inline(document)


def text_document(language: str, brand: MailBrand, footer: Footer, *, body: str) -> str:
    page = _environment(language).get_template("layout.txt")
    return page.render(brand=brand, footer=footer, body=Markup(body)).strip()  # noqa: S704


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=select_autoescape(["html"]),
    )
    jinja.install(environment, get_translator(language))
    return environment
