"""An example of each body, made from its payload's fields."""

from typing import Any

import msgspec

from backend.webhooks.event_types import WebhookEventType
from backend.webhooks.queue import API_VERSION

EVENT_ID = "0199aa00-0000-7000-8000-000000000001"
TIMESTAMP = "2026-12-24T17:05:00.000000Z"
VALUES: dict[str, Any] = {
    "card_id": "0199aa00-0000-7000-8000-00000000000a",
    "other_card_id": "0199aa00-0000-7000-8000-00000000000b",
    "customer_id": "0199aa00-0000-7000-8000-00000000000c",
    "transaction_id": "0199aa00-0000-7000-8000-00000000000d",
    "voids_id": "0199aa00-0000-7000-8000-00000000000e",
    "reward_id": "0199aa00-0000-7000-8000-00000000000f",
    "hold_id": "0199aa00-0000-7000-8000-000000000010",
    "merge_id": "0199aa00-0000-7000-8000-000000000011",
    "endpoint_id": "0199aa00-0000-7000-8000-000000000012",
    "points": 25,
    "stamp_count": 4,
    "expires_at": "2026-12-31T23:00:00.000000Z",
}


def example_of(kind: WebhookEventType) -> dict[str, Any]:
    return {
        "id": EVENT_ID,
        "type": kind.name,
        "api_version": API_VERSION,
        "timestamp": TIMESTAMP,
        "data": {field.name: VALUES[field.name] for field in msgspec.structs.fields(kind.payload)},
    }
