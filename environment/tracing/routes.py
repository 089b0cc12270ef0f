"""ASGI: tells the span of a request its route, which the application finds out."""

from typing import Any

from opentelemetry.trace import get_current_span

from environment.tracing.switch import ASGI


class RouteNaming:
    """The innermost part of the middleware: `path_template` and the request's id are there when the answer begins."""

    def __init__(self, app: ASGI) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        span, method = get_current_span(), scope["method"]

        async def send_named(message: Any) -> None:
            if message["type"] == "http.response.start":
                if route := scope.get("path_template"):
                    # A route takes only the methods that it names.
                    span.update_name(f"{method} {route}")
                    span.set_attribute("http.route", route)
                if request_id := scope.get("state", {}).get("request_id"):
                    span.set_attribute("orion.request", request_id)
            await send(message)

        await self._app(scope, receive, send_named)
