from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.schemas import IN_ITS_DIRECTION, Answer, Body

WebhookState = Literal["waiting", "delivered", "failed"]
DisabledReason = Literal["gone", "failing"]
EndpointUrl = Annotated[
    str, Meta(min_length=1, max_length=500, pattern=r"^[!-~]+$(?!\n)", examples=["https://shop.example/orion"])
]
EndpointDescription = Annotated[str, Meta(max_length=200, pattern=IN_ITS_DIRECTION, examples=["Our web shop"])]
EventTypeName = Annotated[str, Meta(min_length=1, max_length=40, examples=["points.earned"])]
EventTypeNames = Annotated[list[EventTypeName], Meta(min_length=1, max_length=50)]
OverlapHours = Annotated[int, Meta(ge=0, le=168, examples=[24])]


class WebhookEndpointDraft(Body, kw_only=True):
    url: EndpointUrl
    """HTTPS on port 443, at a public address. It is called with POST; redirects are not followed."""
    event_types: EventTypeNames
    """Names of `GET /merchant/webhooks/event-types`."""
    description: EndpointDescription = ""


class WebhookEndpointChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is."""

    url: EndpointUrl | UnsetType = UNSET
    event_types: EventTypeNames | UnsetType = UNSET
    description: EndpointDescription | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    """False: it is told nothing, and what waits for it is given up. True also ends a disablement."""


class WebhookEndpointDetail(Answer, kw_only=True):
    """The `ETag` is its version in quotes."""

    id: UUID
    url: str
    description: str
    event_types: list[str]
    is_active: bool
    disabled_because: DisabledReason | None
    """Why Orion has made it inactive: it answered 410, or nothing was delivered for three days. None: Orion has not."""
    disabled_at: datetime | None
    failing_since: datetime | None
    """The first failure after the last success."""
    former_secret_ends_at: datetime | None
    """While a secret is being replaced: until when the former one signs, too."""
    version: int
    created_at: datetime
    updated_at: datetime


class NewWebhookEndpoint(WebhookEndpointDetail, kw_only=True):
    secret: str
    """For verifying signatures. It is shown this once."""


class WebhookSecretRotation(Body, kw_only=True):
    overlap_hours: OverlapHours = 24
    """How long the present secret still signs beside the new one. 0: it ends at once, as it must when it has leaked."""


class WebhookReplay(Body, kw_only=True):
    since: datetime
    """Deliveries that were queued at this time or later and have failed."""


class WebhookReplayCount(Answer):
    replayed: int


class WebhookEventTypeView(Answer, kw_only=True):
    name: str
    about: str
    """When it is sent, in the reader's language."""
    example: dict[str, Any]
    """A whole body."""


class WebhookEventTypeList(Answer):
    data: list[WebhookEventTypeView]


class WebhookDeliverySummary(Answer, kw_only=True):
    id: UUID
    endpoint_id: UUID
    event_id: UUID
    """The `webhook-id`: the same in every attempt, and for every endpoint."""
    type: str
    state: WebhookState
    """`failed`: given up."""
    attempts: int
    status: int | None
    """Of the last answer. None: there was none yet."""
    created_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    """None unless it waits. It may wait longer: for an earlier event of the card, or because the endpoint rests."""


class WebhookAttempt(Answer, kw_only=True):
    at: datetime
    outcome: str
    """delivered | refused | unreachable | given_up | replayed"""
    code: str | None
    """Why it was not delivered; stable."""
    problem: str | None
    """The same as a sentence in the reader's language."""
    status: int | None
    """Of the answer."""
    ms: int | None
    """Until the answer was complete."""
    answer: str | None
    """Its first kilobyte, without what looks like a secret or an address."""


class WebhookDeliveryDetail(WebhookDeliverySummary, kw_only=True):
    event: dict[str, Any]
    """The body."""
    history: list[WebhookAttempt]
    """Oldest first."""
    waits_for: UUID | None
    """The delivery of an earlier event of the same card or customer that has to end first."""
