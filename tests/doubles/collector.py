"""A collector of OpenTelemetry: receives spans by OTLP over HTTP, as protobuf."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from tests.doubles.serving import serving


@dataclass(frozen=True)
class ReceivedSpan:
    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str]
    message: Any
    """As it was received."""

    @property
    def has_failed(self) -> bool:
        return bool(self.message.status.code == 2)


@dataclass
class Collector:
    """It answers with `status`, once `gate` is set."""

    url: str = ""
    status: int = 200
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    spans: list[ReceivedSpan] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """Each message, as text, with all that is in it."""

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["path"] == "/v1/traces"
        message = ExportTraceServiceRequest.FromString((await receive())["body"])
        self.texts.append(str(message))
        self.spans.extend(_spans(message))
        await self.gate.wait()
        await send({"type": "http.response.start", "status": self.status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    def of_trace(self, trace_id: str) -> list[ReceivedSpan]:
        return [span for span in self.spans if span.trace_id == trace_id]

    def parent_of(self, span: ReceivedSpan) -> ReceivedSpan:
        """It may come later than its children."""
        return next(each for each in self.of_trace(span.trace_id) if each.span_id == span.parent_id)


@asynccontextmanager
async def open_collector() -> AsyncIterator[Collector]:
    collector = Collector()
    async with serving(collector) as url:
        collector.url = url
        yield collector


def _spans(message: Any) -> Iterator[ReceivedSpan]:
    for of_process in message.resource_spans:
        service = _values(of_process.resource.attributes)["service.name"]
        for of_library in of_process.scope_spans:
            for span in of_library.spans:
                yield ReceivedSpan(
                    service=service,
                    name=span.name,
                    kind=span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    attributes=_values(span.attributes),
                    message=span,
                )


def _values(attributes: Iterator[KeyValue]) -> dict[str, str]:
    return {each.key: str(getattr(each.value, each.value.WhichOneof("value") or "")) for each in attributes}
