"""The drivers of the databases. Not for the frontend, which knows neither."""

from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.sdk.trace import TracerProvider


def watch_databases(provider: TracerProvider) -> None:
    """For the whole process, because pools make their connections themselves."""
    AsyncPGInstrumentor().instrument(tracer_provider=provider)  # type: ignore[no-untyped-call]
    RedisInstrumentor().instrument(tracer_provider=provider)
