"""The OpenAPI document at /openapi.json."""

from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Server, Tag

from backend.core.languages import LISTED_LANGUAGES
from backend.core.openapi.document import DocumentConfig
from backend.core.openapi.headers import shared_headers
from backend.webhooks.document import webhook_items

CONVENTIONS = f"""\
JSON in UTF-8. Amounts of money are whole cents. Times are RFC 3339 with a zone and are answered in UTC.

- **Who calls** stands in `Authorization: Bearer …`. Staff of several stores name theirs in `X-Store-Code`.
- **What moves value** takes an `Idempotency-Key`. The same request with the same key gets the same answer again, with
  `Idempotency-Replayed: true`.
- **What is edited** has an `ETag`, which the change sends as `If-Match`.
- **Errors** are `application/problem+json` (RFC 9457). `code` is stable and decides; `title` and `detail` are sentences
  for people, in the language of `Accept-Language` ({LISTED_LANGUAGES}; English without it). The facts of a
  problem, such as `retry_at`, are members of their own: `x-facts` of the schema `Problem` lists them by code.
- **What may be added at any time**: operations, optional parameters and fields, fields of answers, values of enums,
  codes of problems. Clients ignore unknown fields, and treat an unknown value as a missing one.
- **Null** in a request says that an optional field is absent. In a `PATCH` it clears the field, where that is possible.
- **Lists** come in pages: send `next_cursor` as `after` for the next one.
- Each answer has a `Request-Id`, by which the logs know it.
"""

DOCUMENT = DocumentConfig(
    title="Orion",
    version="1",
    summary="Loyalty for shops: stamp cards and points",
    description=CONVENTIONS,
    contact=Contact(name="The platform's support"),
    license=License(name="Apache License 2.0", identifier="Apache-2.0"),
    servers=[Server(url="/", description="Where this document comes from")],
    path="/openapi.json",
    tags=[
        Tag("Auth", "Signing in and out"),
        Tag("Loyalty - Store", "The till: staff and tablets. Staff of several stores name theirs in `X-Store-Code`"),
        Tag("Loyalty - Storefront", "The join page and the card page, without signing in"),
        Tag("Loyalty - Account", "Customers who sign in with a code by email"),
        Tag("Loyalty - Merchant", "The owner's office: all stores of the merchant"),
        Tag("Loyalty - Admin", "The platform's own people"),
        Tag("API keys", "Servers of others: web shops and tills"),
        Tag("Merchant", "People and policy of a merchant"),
        Tag("Webhooks", "Endpoints that are told about events, and what became of each delivery"),
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
        headers=shared_headers(),
        security_schemes={
            "token": SecurityScheme(
                type="http", scheme="bearer", description="From `POST /auth/sign-in`; or an API key"
            ),
            "device": SecurityScheme(
                type="http",
                scheme="bearer",
                description="From `POST /devices/pair`. Each request is signed by the tablet's key: headers "
                "`Orion-Timestamp` (milliseconds since 1970), `Orion-Nonce` and `Orion-Signature`",
            ),
            "customer_token": SecurityScheme(
                type="http", scheme="bearer", description="From `POST /storefront/account/sessions`"
            ),
        },
    ),
    webhooks={**webhook_items()},
    render_plugins=[JsonRenderPlugin(path="/")],
)

IN_ADDRESSES = {
    "allowance_id": "Id of the allowance, from the answer that held it.",
    "api_key_id": "Id of the API key.",
    "card_code": "The card's code of sixteen letters, or its id.",
    "card_id": "Id of the card. It stays the same when the card gets a new code.",
    "category": "Category of settings, such as `email`.",
    "code": "Code of the email template, such as `loyalty_enrollment`.",
    "customer_id": "Id of the customer.",
    "delivery_id": "Id of the delivery of a webhook.",
    "device": "Id that the iPhone has given itself for this pass type.",
    "device_id": "Id of the tablet.",
    "endpoint_id": "Id of the endpoint for webhooks.",
    "entry_id": "Id of the audit entry.",
    "event_id": "Id of the event, from the list of parked events.",
    "feature": "Code of the feature, such as `loyalty`.",
    "grant_id": "Id of the grant, from the answer that gave it.",
    "hold_id": "Id of the hold, from the answer that made it or from `holds` of the card.",
    "id": "Id of the task run, from the answer that started it.",
    "invitation_id": "Id of the invitation. Resending it keeps the id.",
    "key": "Key of the setting, such as `smtp_host`.",
    "language": f"Language of the text: {LISTED_LANGUAGES}.",
    "mail_id": "Id of the email in the email log.",
    "merchant_code": "Code of the merchant, such as `fashion-group`.",
    "merge_id": "Id of the merge, from its answer or from `merged_cards` of the card.",
    "operation_id": "Id that the tablet gave the operation.",
    "pass_type": "Pass type identifier of the platform's Apple certificate.",
    "passkey_id": "Id of the passkey, from the list of second factors.",
    "picture": "SHA-256 hash of the picture, in hexadecimal.",
    "preview_id": "Id of the preview, from the answer that started it.",
    "provider": "The wallet: `google` or `apple`.",
    "review_id": "Id of what waits for a decision, from the list of them.",
    "reward_id": "Id of the reward.",
    "serial": "Serial number of the pass.",
    "session_id": "Id of the session, from the list of sessions.",
    "staff_id": "Id of the person whose PIN it was, from `staff` of the bootstrap.",
    "store_code": "Code of the store, as posters and the address of its join page have it.",
    "store_id": "Id of the store.",
    "task_name": "Name of the task, such as `expire_points`.",
    "token": "The last part of the card page's address. It grants access to the card, so keep it secret.",
    "transaction_id": "Id of the transaction.",
    "user_id": "Id of the person.",
}
"""Descriptions of parameters in addresses, by name. One that means something else is described in its route."""
