from hmac import compare_digest
from typing import Any

from litestar import Response, get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from backend.core.clock import clock
from backend.core.problems import NotFound
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.operations.health import check_database, check_redis
from backend.operations.monitoring.gauges import measure
from backend.operations.monitoring.metrics import READY


def may_see_metrics(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard. Raises NotFound unless the metrics token is sent; without one they are open outside production."""
    settings = resources_of(connection).settings
    expected, header = f"Bearer {settings.metrics_token}", connection.headers.get("authorization", "")
    is_open = not settings.metrics_token and not settings.is_production
    if not is_open and not (settings.metrics_token and compare_digest(expected.encode(), header.encode())):
        raise NotFound


@get("/metrics", include_in_schema=False, guards=[may_see_metrics])
async def metrics(request: ApiRequest) -> Response[bytes]:
    """Metrics in Prometheus' text format; without a database those of the process alone, and `orion_ready` is 0."""
    resources = resources_of(request)
    is_ready = await check_database(resources) == ("ok", "ok")
    READY.set(is_ready)
    await check_redis(resources)
    if is_ready:
        await measure(resources.pool, resources.sessions, clock.now())
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
