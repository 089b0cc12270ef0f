"""Servers that set up their logs as the real ones do, and break down at every request."""

import asyncio
import logging
import os
from typing import Any

import structlog

import backend.core.settings
import frontend.settings
from backend.core.logs import configure_logs
from frontend.kit.logs import set_up_logs

ENVIRONMENT: Any = os.environ.get("ORION_ENVIRONMENT")


def a_backend() -> Any:
    configure_logs(backend.core.settings.Settings(environment=ENVIRONMENT), "backend")
    return _break_down


def a_frontend() -> Any:
    set_up_logs(frontend.settings.Settings(environment=ENVIRONMENT))
    return _break_down


async def _break_down(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for moment in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{moment}.complete"})
        return
    fault = ValueError(f"http://orion.test{scope['path']}")
    structlog.get_logger().error("of our own", exc_info=fault)
    logging.getLogger("library").error("of a library, at %s", scope["path"], exc_info=fault)
    asyncio.get_running_loop().call_exception_handler({"message": "of the loop", "exception": fault})
    raise fault
