"""The HTML that emails may contain."""

import re

import nh3

CLASSES = {"a": {"button", "wallet"}, "p": {"note", "highlight"}}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}, "*": {"lang", "dir"}}
TAGS = {"a", "br", "em", "h1", "h2", "hr", "img", "li", "ol", "p", "strong", "ul"}
EMPTY = {"br", "hr", "img"}
ADDRESSES = {("a", "href"), ("img", "src")}
DISGUISED = re.compile(r"https://[^/?#]*@")
"""What stands before the @ looks like the host of the link, and is none."""
CLEANER = nh3.Cleaner(
    tags=TAGS, attributes=ATTRIBUTES, allowed_classes=CLASSES, url_schemes={"https", "http", "mailto"},
    url_relative="deny", link_rel=None,
)  # fmt: skip


def clean(html: str) -> str:
    """Removes everything else. What is left has no script, no style and no relative address."""
    return CLEANER.clean(html)
