"""The section `webhooks` of the OpenAPI document: what an endpoint is sent."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar.openapi.spec import (
    Example,
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    PathItem,
    RequestBody,
    Schema,
)

from backend.core.openapi.descriptions import field_docstrings
from backend.webhooks.event_types import CHOICES, PING_TYPE, WebhookEventType
from backend.webhooks.examples import example_of
from backend.webhooks.queue import API_VERSION

KINDS = (*CHOICES.values(), PING_TYPE)
HEADERS = {
    "webhook-id": "The id of the event: the same in every attempt. Ignore an event whose id you have seen.",
    "webhook-timestamp": "Unix time of this attempt in seconds. Refuse one that is more than five minutes off.",
    "webhook-signature": "`v1,` and the Base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`, with the "
    "Base64-decoded secret after `whsec_` as the key. Several are separated by spaces.",
}
SCALARS: dict[Any, Schema] = {
    UUID: Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.UUID),
    datetime: Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME),
    int: Schema(type=OpenAPIType.INTEGER),
    UUID | None: Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL], format=OpenAPIFormat.UUID),
}


def webhook_items() -> dict[str, PathItem]:
    """By public name."""
    return {kind.name: PathItem(post=_operation(kind)) for kind in KINDS}


def _operation(kind: WebhookEventType) -> Operation:
    body = OpenAPIMediaType(schema=_schema(kind), examples={kind.name: Example(value=example_of(kind))})
    return Operation(
        operation_id="receive" + _pascal(kind),
        summary=kind.about,
        tags=["Webhooks"],
        security=[],
        parameters=[
            Parameter(
                name=name,
                param_in="header",
                required=True,
                description=about,
                schema=Schema(type=OpenAPIType.STRING),
            )
            for name, about in HEADERS.items()
        ],
        request_body=RequestBody(content={"application/json": body}, required=True),
        responses={
            "2XX": OpenAPIResponse(description="It has arrived. Any other answer, or none within 10 s: it comes again"),
            "410": OpenAPIResponse(description="The endpoint wants no more events and is disabled"),
        },
    )


def _schema(kind: WebhookEventType) -> Schema:
    properties = {
        "id": _scalar(UUID, "Id of the event, the same in each attempt: ignore one that you have seen."),
        "type": Schema(type=OpenAPIType.STRING, const=kind.name, description="Name of the kind of event."),
        "api_version": Schema(
            type=OpenAPIType.STRING, examples=[API_VERSION], description="Version of the API that the event is of."
        ),
        "timestamp": _scalar(datetime, "When it happened (UTC)."),
        "data": _payload_schema(kind.payload),
    }
    return Schema(
        type=OpenAPIType.OBJECT,
        title=_pascal(kind) + "Event",
        description=f"{kind.about}.",
        properties={**properties},
        required=list(properties),
    )


def _payload_schema(payload: type[msgspec.Struct]) -> Schema:
    sentences = field_docstrings(payload)
    properties = {
        field.encode_name: _scalar(field.type, sentences[field.name]) for field in msgspec.structs.fields(payload)
    }
    about = " ".join((payload.__doc__ or "").split())
    return Schema(
        type=OpenAPIType.OBJECT,
        title=payload.__name__,
        description=about,
        properties={**properties},
        required=list(properties),
    )


def _scalar(kind: Any, description: str) -> Schema:
    scalar: Schema = replace(SCALARS[kind], description=description)
    return scalar


def _pascal(kind: WebhookEventType) -> str:
    return "".join(part.capitalize() for part in re.split("[._]", kind.name))
