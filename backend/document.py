"""The OpenAPI document at /openapi.json."""

from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag

DOCUMENT = OpenAPIConfig(
    title="Orion",
    version="1",
    summary="Loyalty for shops: stamp cards and points",
    path="/openapi.json",
    tags=[
        Tag("Auth", "Signing in and out"),
        Tag("Loyalty - Store", "The till: staff and tablets. Staff of several stores name theirs in `X-Store-Code`"),
        Tag("Loyalty - Storefront", "Customers and strangers"),
        Tag("Loyalty - Account", "Customers who sign in with a code by email"),
        Tag("Loyalty - Merchant", "The owner's office: all stores of the merchant"),
        Tag("Loyalty - Admin", "The platform's own people"),
        Tag("Merchant", "People and policy of a merchant"),
        Tag("Admin", "Administrators, merchants and their stores"),
        Tag("Devices", "Tablets: pairing, and what they call themselves"),
        Tag("Audit", "Who changed what, of a merchant and of the platform"),
        Tag("Settings", "Values that the platform's administrators change while Orion runs"),
        Tag("Email templates", "Texts of emails, of the platform and of a merchant"),
        Tag("Operations", "What the background does"),
        Tag("Email", "The email log, and what providers report"),
        Tag("Wallet - Apple", "What iPhones call by themselves"),
        Tag("Wallet - Google", "What Google calls"),
        Tag("Idempotency", "What became of a booking without an answer"),
    ],
    components=Components(
        security_schemes={
            "token": SecurityScheme(type="http", scheme="bearer", description="From `POST /auth/sign-in`"),
            "device": SecurityScheme(
                type="http",
                scheme="bearer",
                description="From `POST /devices/pair`. Each request is signed by the tablet's key: headers "
                "`Orion-Timestamp` (milliseconds since 1970), `Orion-Nonce` and `Orion-Signature`",
            ),
            "customer_token": SecurityScheme(
                type="http", scheme="bearer", description="From `POST /storefront/account/sessions`"
            ),
        }
    ),
    render_plugins=[JsonRenderPlugin(path="/")],
)
