"""The pattern of a page's address: `/c/{link}` in place of a link that is another one in each run."""

import re
from functools import cache

from frontend.app import create_app
from frontend.settings import Settings


def pattern_of(path: str) -> str:
    """The address itself where there is no such page."""
    return next((pattern for pattern, expression in _patterns() if expression.fullmatch(path)), path)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Those with the fewest values first: `/new` is not the name of somebody."""
    routes = create_app(
        Settings(secret_keys="a key for addresses", sandbox_url="http://sandbox", mail_catcher_dir="mail")
    ).routes
    formats = sorted((route.path_format for route in routes), key=lambda path: (path.count("{"), path))
    return [(path, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))) for path in formats]
