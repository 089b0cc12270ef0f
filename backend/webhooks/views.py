"""What the API shows of endpoints, types of events and deliveries."""

from typing import Any
from uuid import UUID

import msgspec

from backend.webhooks.event_types import CHOICES
from backend.webhooks.examples import example_of
from backend.webhooks.history import DeliveryAttempt, read_history
from backend.webhooks.messages import PROBLEMS
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint
from backend.webhooks.schemas import (
    NewWebhookEndpoint,
    WebhookAttempt,
    WebhookDeliveryDetail,
    WebhookDeliverySummary,
    WebhookEndpointDetail,
    WebhookEventTypeList,
    WebhookEventTypeView,
)
from i18n.translator import get_translator


def endpoint_view(endpoint: WebhookEndpoint) -> WebhookEndpointDetail:
    return WebhookEndpointDetail(**_fields(endpoint, WebhookEndpointDetail))


def new_endpoint_view(endpoint: WebhookEndpoint, secret: str) -> NewWebhookEndpoint:
    return NewWebhookEndpoint(**_fields(endpoint, WebhookEndpointDetail), secret=secret)


def event_type_list(language: str) -> WebhookEventTypeList:
    say = get_translator(language).gettext
    return WebhookEventTypeList(
        [
            WebhookEventTypeView(name=kind.name, about=say(kind.about), example=example_of(kind))
            for kind in CHOICES.values()
        ]
    )


def delivery_summary(delivery: WebhookDelivery) -> WebhookDeliverySummary:
    return WebhookDeliverySummary(**_summary(delivery))


def delivery_detail(delivery: WebhookDelivery, waits_for: UUID | None, language: str) -> WebhookDeliveryDetail:
    return WebhookDeliveryDetail(
        **_summary(delivery),
        event=msgspec.json.decode(delivery.body),
        history=[_attempt_view(attempt, language) for attempt in read_history(delivery.history)],
        waits_for=waits_for,
    )


def _summary(delivery: WebhookDelivery) -> dict[str, Any]:
    answers = [attempt.status for attempt in read_history(delivery.history) if attempt.status is not None]
    return {
        "id": delivery.id,
        "endpoint_id": delivery.endpoint_id,
        "event_id": delivery.event_id,
        "type": delivery.type,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "status": answers[-1] if answers else None,
        "created_at": delivery.created_at,
        "delivered_at": delivery.delivered_at,
        "next_attempt_at": delivery.available_at if delivery.state == "waiting" else None,
    }


def _attempt_view(attempt: DeliveryAttempt, language: str) -> WebhookAttempt:
    problem = get_translator(language).gettext(PROBLEMS[attempt.code]) if attempt.code else None
    return WebhookAttempt(**msgspec.structs.asdict(attempt), problem=problem)


def _fields(endpoint: WebhookEndpoint, view: type[WebhookEndpointDetail]) -> dict[str, Any]:
    return {name: getattr(endpoint, name) for name in view.__struct_fields__}
