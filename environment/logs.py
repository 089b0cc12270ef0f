"""Keeps tokens and personal data out of the logs of every process, including those of libraries."""

import logging
import re
from collections.abc import Callable
from typing import Any, TextIO

TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{43,}")
"""Tokens of cards, passes and sign-ins, which an exception may quote as part of an address."""
SERVERS = ("_granian", "granian.access")
"""Loggers whose own handlers, which do not remove tokens, are replaced."""
# These log addresses, job arguments or statements, which contain tokens and names.
QUIET = ("httpx", "httpcore", "arq", "sqlalchemy.engine", "aiosmtplib", "asyncio", *SERVERS)

Render = Callable[[Any, str, Any], Any]


def without_tokens(line: str) -> str:
    return TOKEN.sub("…", line)


def cutting_tokens(render: Render) -> Render:
    """A renderer that removes tokens from the lines of `render`."""

    def render_without_tokens(logger: object, method: str, line: Any) -> str:
        return without_tokens(str(render(logger, method, line)))

    return render_without_tokens


def capture_standard_library(formatter: logging.Formatter, stream: TextIO, level: int) -> None:
    """Writes the logs of libraries in the format of the application's logs."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in SERVERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
