import logging
from typing import Any

import structlog

from environment.logs import without_tokens
from frontend.settings import Settings


def set_up_logs(settings: Settings) -> None:
    """One JSON object a line in production, lines for people otherwise."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    people = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    machines = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(machines if settings.is_production else people),
            _without_tokens,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    # httpx writes whole addresses at INFO, and those of wallet passes are secrets
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _without_tokens(_logger: object, _method: str, line: Any) -> str:
    return without_tokens(str(line))
