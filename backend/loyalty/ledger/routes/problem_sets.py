"""The problems that several routes share, for their documentation."""

from backend.access.features import FeatureDisabled
from backend.access.problems import SIGNED_IN, STAFF
from backend.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.core.problems import ValidationFailed
from backend.loyalty.ledger.problems.bookings import (
    AlreadyBooked,
    InsufficientPoints,
    InsufficientStamps,
    OrderReferenceUsed,
    OtherStoreOnly,
    ProgramInactive,
    RewardUnavailable,
    StampCooldown,
    UnitNotOffered,
)
from backend.loyalty.ledger.problems.cards import CardBusy, CardInactive, CardIsFrozen, CardNotFound
from backend.loyalty.ledger.problems.limits import LimitReached, OverrideRefused
from backend.loyalty.ledger.problems.returns import (
    AlreadySpent,
    AlreadyVoid,
    NotVoidable,
    OrderOnSeveralCards,
    OrderReferenceAmbiguous,
    ReturnExceedsSale,
    TransactionNotFound,
    VoidNotAllowed,
)
from backend.loyalty.rewards.problems import RewardNotFound
from backend.staff_pins.problems import PinDisabled, PinInvalid, PinLocked, PinNotSet, PinRequired, StaffNotHere

KEYED = (ValidationFailed, IdempotencyKeyMissing, IdempotencyKeyReused)
"""Of every request with a body and an idempotency key."""
OF_CARD = (ProgramInactive, CardNotFound, CardInactive)
AT_TILL = (
    *STAFF,
    *KEYED,
    FeatureDisabled,
    *OF_CARD,
    CardBusy,
    AlreadyBooked,
    StaffNotHere,
    PinRequired,
    PinInvalid,
    PinLocked,
    PinDisabled,
    PinNotSet,
)
LIMITED = (LimitReached, OverrideRefused)
REDEEMING = (
    CardIsFrozen,
    UnitNotOffered,
    RewardNotFound,
    RewardUnavailable,
    InsufficientPoints,
    InsufficientStamps,
    OtherStoreOnly,
)
VOIDING = (
    TransactionNotFound,
    VoidNotAllowed,
    NotVoidable,
    AlreadyVoid,
    AlreadySpent,
    ReturnExceedsSale,
)
OF_ORDER = (OrderReferenceAmbiguous, OrderOnSeveralCards)
UNDOING = (
    OrderReferenceUsed,
    CardIsFrozen,
    InsufficientStamps,
    RewardUnavailable,
    StampCooldown,
    LimitReached,
)

IN_OFFICE = (*SIGNED_IN, *KEYED, CardNotFound, CardBusy, AlreadyBooked)
OPEN = (FeatureDisabled, ProgramInactive, CardInactive, UnitNotOffered)
