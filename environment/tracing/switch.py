"""Tracing is off unless the environment names a collector of OpenTelemetry. While it is off, none of it is imported."""

import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import httpx

from environment.reading import SettingsError

COLLECTORS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
LITESTAR_PLUGIN = "litestar.plugins.opentelemetry"
"""Litestar imports it for each application wherever OpenTelemetry is installed. We use none of it."""
ASGI = Callable[[Any, Any, Any], Any]
LogProcessor = Callable[[Any, str, MutableMapping[str, Any]], MutableMapping[str, Any]]


class Tracing:
    """Tracing that is off. `telemetry.OpenTelemetry` is the one that is on."""

    def around_app(self, app: ASGI) -> ASGI:
        """A span for each request, in the trace that its `traceparent` header names."""
        return app

    def around_client(self, client: httpx.AsyncClient) -> None:
        """A span for each call, which tells the other side its trace. Not for servers of others."""

    def around_databases(self) -> None:
        """Spans for what this process asks of PostgreSQL and Redis while it is in a trace."""

    def traceparent(self) -> str | None:
        """The trace and the span of what runs now, as W3C's Trace Context writes them; None outside a trace."""
        return None

    def continued(self, traceparent: str | None, name: str, **facts: str) -> AbstractContextManager[None]:  # noqa: ARG002
        """A span in the trace that another process has begun; nothing without one."""
        return nullcontext()

    def calling(self, method: str, url: str | httpx.URL) -> AbstractContextManager[None]:  # noqa: ARG002
        """A span for a call to a server of others while this process is in a trace. They are told nothing of it."""
        return nullcontext()

    def note_failure(self, error: BaseException) -> None:
        """The span of what runs now has failed."""

    def log_processors(self) -> list[LogProcessor]:
        """What adds `trace_id` to lines of the log."""
        return []

    def close(self) -> None:
        """Sends what was not sent yet, for two seconds at most."""


class Switch:
    """The tracing of this process."""

    def __init__(self) -> None:
        self._tracing = Tracing()

    def current(self) -> Tracing:
        return self._tracing

    def start(self, process: str, environ: Mapping[str, str] = os.environ) -> Tracing:
        """Once per process, before its logs are set up. Raises SettingsError for a bad variable of OpenTelemetry."""
        # None: an import of it fails, as it does where OpenTelemetry is not installed.
        sys.modules.setdefault(LITESTAR_PLUGIN, None)  # type: ignore[arg-type]
        if type(self._tracing) is Tracing and is_wanted(environ):
            try:
                self._tracing = import_module("environment.tracing.telemetry").open_tracing(process)
            except ValueError as error:
                raise SettingsError(f"A variable OTEL_… cannot be read ({type(error).__name__}).") from None
        return self._tracing


_switch = Switch()
start_tracing = _switch.start
tracing = _switch.current


def is_wanted(environ: Mapping[str, str]) -> bool:
    """OpenTelemetry's own variables: a collector is named, and nothing turns it off."""

    def given(name: str) -> str:
        return environ.get(name, "").strip().lower()

    is_off = given("OTEL_SDK_DISABLED") == "true" or given("OTEL_TRACES_EXPORTER") == "none"
    return any(given(name) for name in COLLECTORS) and not is_off
