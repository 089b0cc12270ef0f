"""An application that is asked without a server."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx


def asgi_transport(app: Callable[..., Awaitable[None]], **options: Any) -> httpx.ASGITransport:
    """Litestar and httpx type the same protocol differently."""
    return httpx.ASGITransport(app, **options)
