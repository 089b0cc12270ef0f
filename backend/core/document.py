"""OpenAPI: the document at /openapi.json and its page at /docs, which asks nothing of any other host."""

from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag

DOCUMENT = OpenAPIConfig(
    title="Orion",
    version="1",
    summary="Loyalty for shops: stamp cards and points",
    path="/docs",
    tags=[
        Tag("Auth", "Signing in and out"),
        Tag("Loyalty - Store", "The till: staff and tablets"),
        Tag("Loyalty - Storefront", "Customers and strangers"),
        Tag("Idempotency", "What became of a booking without an answer"),
    ],
    components=Components(
        security_schemes={
            "token": SecurityScheme(type="http", scheme="bearer", description="From `POST /auth/sign-in`")
        }
    ),
    render_plugins=[SwaggerRenderPlugin(path="/")],
)
