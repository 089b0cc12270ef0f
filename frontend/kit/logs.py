import logging
import sys

import structlog

from environment.logs import capture_standard_library, cutting_tokens
from environment.tracing.switch import tracing
from frontend.settings import Settings


def set_up_logs(settings: Settings) -> None:
    """One JSON object per line in production, readable lines otherwise."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *tracing().log_processors(),
    ]
    if settings.is_production:
        shared.append(structlog.processors.format_exc_info)
        renderer = cutting_tokens(structlog.processors.JSONRenderer())
    else:
        renderer = cutting_tokens(structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback))
    structlog.configure(processors=[*shared, renderer], wrapper_class=structlog.make_filtering_bound_logger(level))
    formatter = structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared)
    capture_standard_library(formatter, sys.stdout, level)
