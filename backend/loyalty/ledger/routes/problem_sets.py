"""The problems that several routes share, for their documentation."""

from backend.access.features import FeatureDisabled
from backend.access.problems import SIGNED_IN, STAFF
from backend.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.core.problems import ValidationFailed
from backend.loyalty.ledger import problems
from backend.loyalty.rewards.problems import RewardNotFound
from backend.staff_pins.problems import PinInvalid, PinLocked, PinNotSet, PinRequired

KEYED = (ValidationFailed, IdempotencyKeyMissing, IdempotencyKeyReused)
"""Of every request with a body and an idempotency key."""
OF_CARD = (problems.ProgramInactive, problems.CardNotFound, problems.CardInactive)
AT_TILL = (
    *STAFF,
    *KEYED,
    FeatureDisabled,
    *OF_CARD,
    problems.CardBusy,
    problems.AlreadyBooked,
    PinRequired,
    PinInvalid,
    PinLocked,
    PinNotSet,
)
LIMITED = (problems.LimitReached, problems.OverrideRefused)
REDEEMING = (
    problems.CardIsFrozen,
    problems.UnitNotOffered,
    RewardNotFound,
    problems.RewardUnavailable,
    problems.InsufficientPoints,
    problems.InsufficientStamps,
    problems.OtherStoreOnly,
)
VOIDING = (
    problems.TransactionNotFound,
    problems.VoidNotAllowed,
    problems.NotVoidable,
    problems.AlreadyVoid,
    problems.AlreadySpent,
    problems.ReturnExceedsSale,
)
OF_ORDER = (problems.OrderReferenceAmbiguous, problems.OrderOnSeveralCards)
UNDOING = (
    problems.OrderReferenceUsed,
    problems.CardIsFrozen,
    problems.InsufficientStamps,
    problems.RewardUnavailable,
    problems.StampCooldown,
    problems.LimitReached,
)

IN_OFFICE = (*SIGNED_IN, *KEYED, problems.CardNotFound, problems.CardBusy, problems.AlreadyBooked)
OPEN = (FeatureDisabled, problems.ProgramInactive, problems.CardInactive, problems.UnitNotOffered)
