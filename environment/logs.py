"""What every process keeps out of its log lines, those of libraries too."""

import logging
import re
from collections.abc import Callable
from typing import Any, TextIO

TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{43,}")
"""Of cards, passes and sign-ins; an exception may quote the address it was about."""
SERVERS = ("_granian", "granian.access")
"""They come with handlers of their own, which cut nothing."""
# They log addresses, job arguments or statements, which carry tokens and people's names.
QUIET = ("httpx", "httpcore", "arq", "sqlalchemy.engine", "aiosmtplib", "asyncio", *SERVERS)

Render = Callable[[Any, str, Any], Any]


def without_tokens(line: str) -> str:
    return TOKEN.sub("…", line)


def cutting_tokens(render: Render) -> Render:
    """The last processor of a line, whatever it was made of."""

    def render_without(logger: object, method: str, line: Any) -> str:
        return without_tokens(str(render(logger, method, line)))

    return render_without


def capture_standard_library(formatter: logging.Formatter, stream: TextIO, level: int) -> None:
    """What libraries log is written as our own lines are."""
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
