"""What leaves the process: spans with the attributes that are allowed, and nothing that somebody has typed."""

import re
from collections.abc import Iterator, Sequence

import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanContext, SpanKind, Status
from opentelemetry.util.types import AttributeValue

ALLOWED = frozenset(
    [
        "db.namespace",
        "db.system.name",
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "network.protocol.version",
        "orion.event",
        "orion.request",
    ]
)
OF_CALLS = frozenset(["server.address", "server.port"])
"""Of a span that calls another server; for one that answers they are what its caller has written into `Host`."""
QUERY = "db.query.text"
SUMMARY = "db.query.summary"
# Identifiers only, where no value can be.
SUMMARIES = re.compile(
    r"\s*(?:(SELECT) ([a-z_]+)\(|(INSERT) INTO ([a-z_]+)|(UPDATE) ([a-z_]+)|(DELETE) FROM ([a-z_]+))|"
    r"\s*(SELECT)\b.*?\sFROM ([a-z_]+)",
    re.DOTALL,
)

log = structlog.get_logger()


class CleanExporter(SpanExporter):
    """An allow-list: what an instrumentation adds in its next release is not exported. A failure is told once."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._is_away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._inner.export([cleaned(span) for span in spans])
        is_away = result is not SpanExportResult.SUCCESS
        if is_away and not self._is_away:
            log.warning("tracing_away", consequence="the spans since then are lost; nothing else")
        elif self._is_away and not is_away:
            log.info("tracing_back")
        self._is_away = is_away
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """Without events and the status' words, which are texts of exceptions, and without what others put into a trace."""
    return ReadableSpan(
        name=span.name,
        context=_without_state(span.context),
        parent=_without_state(span.parent),
        resource=span.resource,
        attributes=dict(_allowed(span)),
        links=[Link(context) for link in span.links if (context := _without_state(link.context))],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _allowed(span: ReadableSpan) -> Iterator[tuple[str, AttributeValue]]:
    allowed = ALLOWED | OF_CALLS if span.kind is SpanKind.CLIENT else ALLOWED
    for name, value in (span.attributes or {}).items():
        if name in allowed:
            yield name, value
        elif name == QUERY and (found := SUMMARIES.match(str(value))):
            yield SUMMARY, " ".join(word for word in found.groups() if word)


def _without_state(context: SpanContext | None) -> SpanContext | None:
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)
