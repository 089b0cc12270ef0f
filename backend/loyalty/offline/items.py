"""One operation of a batch as a tablet sends it. Read by itself, so that a bad one never stops the others."""

import hashlib
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core.absence import leave_nulls_out
from backend.core.bodies import has_control
from backend.core.idempotency import KEY_MAX
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.core.validation import INVALID_FORMAT, schema_errors
from backend.loyalty.enrollment.schemas import Enroll
from backend.loyalty.ledger.operations.basket import sale_of
from backend.loyalty.ledger.schemas.bookings import Earn, Redemption, Stamp
from backend.loyalty.ledger.schemas.returns import Void
from backend.loyalty.offline.problems import UnknownOperation
from i18n.unseen import clean_field

AS_SENT = "as_sent"
ItemText = Annotated[str, Meta(min_length=1, max_length=64)]
ElapsedMilliseconds = Annotated[int, Meta(ge=0, le=10**12)]
"""Less than 32 years."""
SequenceNumber = Annotated[int, Meta(ge=0, le=2**53)]


class OfflineItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a tablet did; in the queue of a grant with a PIN it lies sealed."""

    id: str
    seq: SequenceNumber
    op: str
    occurred_at: datetime
    occurred_elapsed_ms: ElapsedMilliseconds | None = None
    boot_id: ItemText | None = None
    card_id: UUID | None = None
    card_code: Annotated[str, Meta(max_length=100)] | None = None
    local_ref: ItemText | None = None
    transaction_id: UUID | None = None
    voids: Annotated[str, Meta(max_length=KEY_MAX)] | None = None
    allowance_id: UUID | None = None
    terms_version: int | None = None
    body: dict[str, Any] = {}


class ItemEnvelope(msgspec.Struct, frozen=True, kw_only=True):
    """What every operation shows outside its box."""

    id: str
    seq: SequenceNumber = 0
    grant_id: UUID | None = None
    sealed: str | None = None


ItemBody = Earn | Stamp | Enroll | Void | Redemption
BODIES: dict[str, type[ItemBody]] = {
    "points": Earn,
    "stamp": Stamp,
    "enroll": Enroll,
    "void": Void,
    "redeem": Redemption,
}
OF_TILL: tuple[type[ItemBody], ...] = (Earn, Stamp, Redemption)
"""With a PIN and an override, neither of which is entered offline."""


def find_envelope(content: dict[str, Any]) -> ItemEnvelope | None:
    """None for what has no usable id: it can be neither kept nor answered by name."""
    try:
        envelope = msgspec.convert(content, ItemEnvelope)
    except msgspec.ValidationError:
        return None
    is_usable = 0 < len(envelope.id) <= KEY_MAX and envelope.id.isprintable()
    return envelope if is_usable and not has_control(content.get("sealed")) else None


def read_item(content: dict[str, Any]) -> tuple[OfflineItem, ItemBody]:
    """Raises UnknownOperation or ValidationFailed."""
    if has_control(content):
        raise ValidationFailed(FieldError("", "invalid_characters"))
    item = _convert(dict(content), OfflineItem, "")
    if item.occurred_at.tzinfo is None:
        raise ValidationFailed(FieldError("/occurred_at", INVALID_FORMAT, expected="date-time"))
    kind = BODIES.get(item.op)
    if kind is None:
        raise UnknownOperation(op=item.op[:20])
    fields = {name: _cleaned(name, value) for name, value in item.body.items()}
    body = _convert(fields | {"staff_pin": None, "override": None} if kind in OF_TILL else fields, kind, "/body")
    if isinstance(body, Void):
        body.staff_pin = None
    if isinstance(body, Earn):
        sale_of(body)
    return item, body


def fingerprint_of(content: dict[str, Any]) -> bytes:
    """The same for the same operation, however its members are ordered."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).digest()


def storable(content: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL stores no NUL: what has control characters is kept as the text of its JSON."""
    return {AS_SENT: msgspec.json.encode(content).decode()} if has_control(content) else content


def _cleaned(name: str, value: Any) -> Any:
    return clean_field(name, value) if isinstance(value, str) else value


def _convert(content: Any, kind: type[Any], pointer: str) -> Any:
    leave_nulls_out(content, kind)
    if errors := schema_errors(content, kind):
        raise ValidationFailed(*(msgspec.structs.replace(error, pointer=pointer + error.pointer) for error in errors))
    return msgspec.convert(content, kind)
