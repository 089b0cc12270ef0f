"""Secrets and signatures of Standard Webhooks 1.0 (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core.encryption import seal, unseal
from backend.core.keys import KeyRing
from backend.webhooks.models import WebhookEndpoint

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def secret_place(endpoint_id: UUID) -> str:
    return f"webhook_endpoints.secret:{endpoint_id}"


def sealed(keys: KeyRing, endpoint_id: UUID, secret: str) -> str:
    return seal(keys, secret, secret_place(endpoint_id))


def secrets_in_force(keys: KeyRing, endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """The secret, and the former one until it ends. Raises SealBroken."""
    stored = [endpoint.sealed_secret]
    if endpoint.sealed_former_secret and endpoint.former_secret_ends_at and now < endpoint.former_secret_ends_at:
        stored.append(endpoint.sealed_former_secret)
    return [unseal(keys, each, secret_place(endpoint.id)) for each in stored]


def signed_headers(own_secrets: Sequence[str], event_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """One signature for each secret, separated by spaces. A receiver accepts any of them."""
    timestamp = str(int(now.timestamp()))
    content = b".".join([event_id.encode(), timestamp.encode(), body])
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, content) for secret in own_secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
