from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from backend.core.enums import one_of
from backend.core.moments import Moment
from backend.core.schemas import IN_ITS_DIRECTION, Answer, Body
from backend.webhooks.history import DeliveryOutcome

WebhookState = Literal["waiting", "delivered", "failed"]
DisabledReason = Literal["gone", "failing"]
WebhookOutcome = Annotated[str, one_of("WebhookOutcome", *get_args(DeliveryOutcome))]
URL_EXAMPLE = "https://shop.example/orion"
TYPE_EXAMPLES = ["points.earned", "reward.redeemed"]
EndpointUrl = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[!-~]+$(?!\n)", examples=[URL_EXAMPLE])]
EndpointDescription = Annotated[str, Meta(max_length=200, pattern=IN_ITS_DIRECTION, examples=["Our web shop"])]
EventTypeName = Annotated[str, Meta(min_length=1, max_length=40, examples=TYPE_EXAMPLES)]
EventTypeNames = Annotated[list[EventTypeName], Meta(min_length=1, max_length=50, examples=[TYPE_EXAMPLES])]
ShownType = Annotated[str, Meta(examples=TYPE_EXAMPLES)]
OverlapHours = Annotated[int, Meta(ge=0, le=168, examples=[24])]


class WebhookEndpointDraft(Body, kw_only=True):
    """A new endpoint."""

    url: EndpointUrl
    """HTTPS on port 443, at a public address. It is called with POST; redirects are not followed."""
    event_types: EventTypeNames
    """Names of `GET /merchant/webhooks/event-types`."""
    description: EndpointDescription = ""
    """What people call it."""


class WebhookEndpointChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is."""

    url: EndpointUrl | UnsetType = UNSET
    """HTTPS on port 443, at a public address. It is called with POST; redirects are not followed."""
    event_types: EventTypeNames | UnsetType = UNSET
    """Names of `GET /merchant/webhooks/event-types`."""
    description: EndpointDescription | UnsetType = UNSET
    """What people call it."""
    is_active: bool | UnsetType = UNSET
    """False: it is told nothing, and what waits for it is given up. True also ends a disablement."""


class WebhookEndpointDetail(Answer, kw_only=True):
    """An endpoint without its secret. The `ETag` is the version in quotes."""

    id: UUID
    """Id of the endpoint."""
    url: Annotated[str, Meta(examples=[URL_EXAMPLE])]
    """Address that is called."""
    description: Annotated[str, Meta(examples=["Our web shop"])]
    """What people call it. Empty: nothing."""
    event_types: Annotated[list[str], Meta(examples=[TYPE_EXAMPLES])]
    """Names of the types of events that it is sent."""
    is_active: bool
    """False: it is sent nothing."""
    disabled_because: DisabledReason | None
    """Why Orion made it inactive: `gone`, it answered 410; `failing`, for three days. Null: Orion did not."""
    disabled_at: datetime | None
    """When Orion made it inactive (UTC). Null: Orion did not."""
    failing_since: datetime | None
    """When the first attempt after the last success failed (UTC). Null: none did."""
    former_secret_ends_at: datetime | None
    """While a secret is being replaced: until when the former one signs, too (UTC). Null: only one signs."""
    version: int
    """Number of the version, for `If-Match`."""
    created_at: datetime
    """When it was added (UTC)."""
    updated_at: datetime
    """When it was last changed (UTC)."""


class NewWebhookEndpoint(WebhookEndpointDetail, kw_only=True):
    """An endpoint with its secret."""

    secret: Annotated[str, Meta(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]
    """For verifying signatures. It is shown this once."""


class WebhookSecretRotation(Body, kw_only=True):
    """A new secret for an endpoint."""

    overlap_hours: OverlapHours = 24
    """How long the present secret still signs beside the new one. 0: it ends at once, as it must when it has leaked."""


class WebhookReplay(Body, kw_only=True):
    """Which deliveries are sent again."""

    since: Moment
    """Deliveries that were queued at this time or later and have failed."""


class WebhookReplayCount(Answer):
    """How many deliveries are sent again."""

    replayed: int
    """Number of deliveries that wait anew."""


class WebhookEventTypeView(Answer, kw_only=True):
    """A type of events that an endpoint can choose."""

    name: ShownType
    """Its name, as in `event_types` of an endpoint and `type` of a webhook."""
    about: Annotated[str, Meta(examples=["Points were added for a purchase"])]
    """When it is sent, in the reader's language."""
    example: dict[str, Any]
    """A whole body."""


class WebhookEventTypeList(Answer):
    """All types of events."""

    data: list[WebhookEventTypeView]
    """The types."""


class WebhookDeliverySummary(Answer, kw_only=True):
    """An event on its way to an endpoint."""

    id: UUID
    """Id of the delivery."""
    endpoint_id: UUID
    """Id of the endpoint."""
    event_id: UUID
    """The `webhook-id`: the same in every attempt, and for every endpoint."""
    type: ShownType
    """Type of the event."""
    state: WebhookState
    """`waiting`: will be sent. `delivered`: was answered with 2xx. `failed`: given up."""
    attempts: int
    """Number of attempts since it was queued or last replayed."""
    status: int | None
    """HTTP status of the last answer. Null: there was none yet."""
    created_at: datetime
    """When it was queued (UTC)."""
    delivered_at: datetime | None
    """When it was delivered (UTC). Null: it was not."""
    next_attempt_at: datetime | None
    """When it is sent at the earliest (UTC): an earlier event of the card, or an endpoint that rests, may delay it.
    Null: it does not wait."""


class WebhookAttempt(Answer, kw_only=True):
    """What happened to a delivery: an attempt, its end without success, or a replay."""

    at: datetime
    """When it happened (UTC)."""
    outcome: WebhookOutcome
    """`refused`: answered with another status than 2xx. `unreachable`: not answered. `given_up`: no attempt follows."""
    code: Annotated[str, Meta(examples=["not_successful"])] | None
    """Why it was not delivered: a stable code. Null: it was, or was replayed."""
    problem: Annotated[str, Meta(examples=["The answer was none of the 2xx statuses that confirm receipt."])] | None
    """Why it was not delivered: a sentence in the reader's language. Null: it was, or was replayed."""
    status: int | None
    """HTTP status of the answer. Null: there was none."""
    ms: int | None
    """Milliseconds until the answer was complete. Null: there was none."""
    answer: Annotated[str, Meta(examples=["Internal Server Error"])] | None
    """The first kilobyte of the answer, without what looks like a secret or an address. Null: there was none."""


class WebhookDeliveryDetail(WebhookDeliverySummary, kw_only=True):
    """A delivery with its body and its attempts."""

    event: dict[str, Any]
    """The body of the webhook."""
    history: list[WebhookAttempt]
    """Oldest first."""
    waits_for: UUID | None
    """The delivery of an earlier event of the same card or customer that has to end first. Null: it waits for none."""
