"""OpenTelemetry, by its official instrumentation. Imported only when tracing is on."""

import logging
import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from threading import Thread
from typing import Any

import httpx
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.propagate import set_global_textmap
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.http import sanitize_method

from environment.tracing.export import CleanExporter
from environment.tracing.routes import RouteNaming
from environment.tracing.sampling import WithinTraces
from environment.tracing.switch import ASGI, LogProcessor, Tracing

CLOSE_SECONDS = 2.0
QUIET = r"^[a-z]+://[^/]+/(health|metrics)(/|$|\?)"
PRESENT_NAMES = ("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
"""The names of attributes that OpenTelemetry has declared stable; its instrumentation uses older ones unless told."""
UNNAMED = "unknown_service"

# It knows no baggage, which a visitor could give to a request, and would be passed on.
propagator = TraceContextTextMapPropagator()


def open_tracing(process: str, exporter: SpanExporter | None = None) -> "OpenTelemetry":
    """`exporter`: default is the one that OpenTelemetry's variables describe. Raises ValueError for a bad one."""
    os.environ.setdefault(*PRESENT_NAMES)
    # It tells each failure with a traceback; `CleanExporter` tells that it began and that it has ended.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)
    resource = Resource.create()
    if str(resource.attributes.get(SERVICE_NAME, UNNAMED)).startswith(UNNAMED):
        resource = resource.merge(Resource({SERVICE_NAME: f"orion-{process}"}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.sampler = WithinTraces(provider.sampler)
    provider.add_span_processor(BatchSpanProcessor(CleanExporter(exporter or OTLPSpanExporter())))
    set_global_textmap(propagator)
    return OpenTelemetry(provider)


class OpenTelemetry(Tracing):
    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("orion")

    def around_app(self, app: ASGI) -> ASGI:
        traced: ASGI = OpenTelemetryMiddleware(
            RouteNaming(app),
            excluded_urls=QUIET,
            # The path has codes of cards in it: `RouteNaming` adds the route once it is known.
            default_span_details=lambda scope: (sanitize_method(scope.get("method", "")), {}),
            tracer_provider=self._provider,
            exclude_spans=["receive", "send"],
        )
        return traced

    def around_client(self, client: httpx.AsyncClient) -> None:
        HTTPXClientInstrumentor.instrument_client(client, tracer_provider=self._provider)

    def around_databases(self) -> None:
        import_module("environment.tracing.databases").watch_databases(self._provider)

    def traceparent(self) -> str | None:
        if not get_current_span().get_span_context().trace_flags.sampled:
            return None
        carrier: dict[str, str] = {}
        propagator.inject(carrier)
        return carrier.get("traceparent")

    @contextmanager
    def continued(self, traceparent: str | None, name: str, **facts: str) -> Iterator[None]:
        if traceparent is None:
            yield
            return
        context = propagator.extract({"traceparent": traceparent})
        with self._tracer.start_as_current_span(
            name,
            context,
            SpanKind.CONSUMER,
            {f"orion.{fact}": value for fact, value in facts.items()},
            record_exception=False,
        ):
            yield

    @contextmanager
    def calling(self, method: str, url: str | httpx.URL) -> Iterator[None]:
        facts = {"http.request.method": method, "server.address": httpx.URL(url).host}
        with self._tracer.start_as_current_span(method, kind=SpanKind.CLIENT, attributes=facts):
            yield

    def note_failure(self, error: BaseException) -> None:
        span = get_current_span()
        span.set_status(StatusCode.ERROR)
        span.set_attribute("error.type", type(error).__qualname__)

    def log_processors(self) -> list[LogProcessor]:
        return [_add_trace_id]

    def close(self) -> None:
        # Without a collector it would wait for the exporter's own time limits.
        closing = Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


def _add_trace_id(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = get_current_span().get_span_context()
    if context.trace_flags.sampled:
        line["trace_id"] = f"{context.trace_id:032x}"
    return line
