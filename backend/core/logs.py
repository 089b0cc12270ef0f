"""Structured logs: one line per event with request, merchant and actor; JSON outside development."""

import logging
import sys

import structlog

from backend.core.settings import Settings
from environment.logs import capture_standard_library, cutting_tokens
from environment.tracing.switch import tracing

REPEATING = ("asyncpg.pool",)
"""Loggers limited to errors: without a database the pool logs a traceback every few seconds; requests log a line."""


def configure_logs(settings: Settings, process: str) -> None:
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _process_adder(process),
        *tracing().log_processors(),
    ]
    if settings.environment == "development":
        console = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), pad_event_to=24, exception_formatter=structlog.dev.plain_traceback
        )
        renderer = cutting_tokens(console)
    else:
        shared.append(structlog.processors.format_exc_info)
        renderer = cutting_tokens(structlog.processors.JSONRenderer())
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared)
    capture_standard_library(formatter, sys.stderr, level)
    for name in REPEATING:
        logging.getLogger(name).setLevel(logging.ERROR)


def _process_adder(process: str) -> structlog.types.Processor:
    def add_process(_logger: object, _method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
        line["process"] = process
        return line

    return add_process
