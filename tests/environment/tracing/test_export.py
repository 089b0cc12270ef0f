"""What leaves the process of what the libraries say."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, SpanKind, StatusCode, Tracer

from environment.tracing.export import CleanExporter
from environment.tracing.sampling import WithinTraces
from environment.tracing.telemetry import OpenTelemetry
from tests.conftest import LogLines


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exported: InMemorySpanExporter) -> Iterator[TracerProvider]:
    provider = TracerProvider(WithinTraces(ALWAYS_ON), Resource({"service.name": "till"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(CleanExporter(exported)))
    yield provider
    provider.shutdown()


@pytest.fixture
def tracer(provider: TracerProvider) -> Tracer:
    return provider.get_tracer("tests")


def test_an_attribute_that_nobody_has_allowed_stays_here(tracer: Tracer, exported: InMemorySpanExporter) -> None:
    tracer.start_span(
        "GET",
        attributes={
            "http.route": "/c/{token}", "url.path": "/c/ABCD", "url.query": "q=marie@example.com",
            "client.address": "192.0.2.7", "user_agent.original": "Marie's phone", "server.address": "marie.example",
        },
    ).end()  # fmt: skip
    (span,) = exported.get_finished_spans()
    assert span.attributes == {"http.route": "/c/{token}"}


def test_a_failure_is_exported_without_its_words(tracer: Tracer, exported: InMemorySpanExporter) -> None:
    with tracer.start_as_current_span("GET") as other:
        pass
    link = Link(other.get_span_context(), {"of": "marie@example.com"})
    with pytest.raises(ValueError, match="Marie"), tracer.start_as_current_span("book", links=[link]):
        raise ValueError("Marie has no card")
    span = exported.get_finished_spans()[-1]
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description is None
    assert span.events == ()
    assert not span.links[0].attributes


@pytest.mark.parametrize(
    ("query", "summary"),
    [
        ("SELECT book($1, $2)", "SELECT book"),
        ("SELECT cards.id, cards.code\nFROM cards WHERE cards.code = 'MARIE'", "SELECT cards"),
        ("INSERT INTO outbox (id) VALUES ($1)", "INSERT outbox"),
        ("UPDATE wallet_links SET status = $1", "UPDATE wallet_links"),
        ("DELETE FROM holds WHERE id = $1", "DELETE holds"),
        ("SELECT 'marie'", None),
        ("BEGIN;", None),
    ],
)
def test_of_a_query_only_its_table_or_function_is_told(
    tracer: Tracer, exported: InMemorySpanExporter, query: str, summary: str | None
) -> None:
    tracer.start_span("SELECT", attributes={"db.query.text": query}).end()
    (span,) = exported.get_finished_spans()
    assert span.attributes == ({"db.query.summary": summary} if summary else {})


def test_a_call_begins_no_trace(tracer: Tracer, exported: InMemorySpanExporter) -> None:
    """Workers ask Redis for jobs all the time."""
    tracer.start_span("ZRANGE", kind=SpanKind.CLIENT).end()
    assert exported.get_finished_spans() == ()
    with tracer.start_as_current_span("POST", kind=SpanKind.SERVER):
        tracer.start_span("ZRANGE", kind=SpanKind.CLIENT, attributes={"server.address": "valkey"}).end()
    call, _ = exported.get_finished_spans()
    assert call.attributes == {"server.address": "valkey"}


def test_another_process_goes_on_with_the_trace(provider: TracerProvider, exported: InMemorySpanExporter) -> None:
    tracing, tracer = OpenTelemetry(provider), provider.get_tracer("tests")
    assert tracing.traceparent() is None
    with tracer.start_as_current_span("POST"):
        told = tracing.traceparent()
    with tracing.continued(told, "sync_wallets", event="points_earned"):
        tracing.note_failure(ValueError("Marie"))
    with tracing.continued(None, "purge"):
        assert tracing.traceparent() is None
    request, reaction = exported.get_finished_spans()
    assert reaction.parent is not None
    assert request.context is not None
    assert reaction.parent.span_id == request.context.span_id
    assert reaction.attributes == {"orion.event": "points_earned", "error.type": "ValueError"}
    assert reaction.status.status_code is StatusCode.ERROR


def test_a_line_of_the_log_names_the_trace(provider: TracerProvider) -> None:
    (add,) = OpenTelemetry(provider).log_processors()
    assert add(None, "info", {"event": "request"}) == {"event": "request"}
    with provider.get_tracer("tests").start_as_current_span("POST") as span:
        told = f"{span.get_span_context().trace_id:032x}"
        assert add(None, "info", {"event": "request"}) == {"event": "request", "trace_id": told}


class Planned(SpanExporter):
    def __init__(self, results: list[SpanExportResult]) -> None:
        self.results = results

    def export(self, _: object) -> SpanExportResult:
        return self.results.pop(0)


def test_a_collector_that_is_away_is_told_once_and_so_is_its_return(log_lines: LogLines) -> None:
    lost, taken = SpanExportResult.FAILURE, SpanExportResult.SUCCESS
    exporter = CleanExporter(Planned([taken, lost, lost, lost, taken, taken]))
    for _ in range(6):
        exporter.export([])
    assert [line["event"] for line in log_lines()] == ["tracing_away", "tracing_back"]
