"""Structured logs: one line per event, with request, merchant and actor; JSON outside development."""

import logging
import sys

import structlog

from backend.core.settings import Settings
from environment.logs import without_tokens

# They log addresses, job arguments or statements, which carry tokens and people's names.
QUIET = ("httpx", "httpcore", "arq", "sqlalchemy.engine", "aiosmtplib", "asyncio", "_granian", "granian.access")
REPEATING = ("asyncpg.pool",)
"""While the database is away its pool warns with a trace every few seconds; each request says so in a line."""


def configure_logs(settings: Settings, process: str) -> None:
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(process),
    ]
    development = settings.environment == "development"
    renderer = _without_tokens(
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), pad_event_to=24, exception_formatter=structlog.dev.plain_traceback
        )
        if development
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer]
        if not development
        else [*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _capture_standard_library(shared, renderer, level)


def _without_tokens(renderer: structlog.types.Processor) -> structlog.types.Processor:
    def render(logger: object, method: str, line: structlog.types.EventDict) -> str:
        return without_tokens(str(renderer(logger, method, line)))

    return render


def _named(process: str) -> structlog.types.Processor:
    def add_process(_logger: object, _method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
        line["process"] = process
        return line

    return add_process


def _capture_standard_library(
    shared: list[structlog.types.Processor], renderer: structlog.types.Processor, level: int
) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in REPEATING:
        logging.getLogger(name).setLevel(logging.ERROR)
