"""The problems of an operation that changes a card from an office."""

from backend.access.features import FeatureDisabled
from backend.access.problems import SIGNED_IN
from backend.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused
from backend.core.problems import ValidationFailed
from backend.loyalty.ledger import problems

CHANGING = (
    *SIGNED_IN,
    ValidationFailed,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    problems.CardNotFound,
    problems.CardBusy,
    problems.AlreadyBooked,
)
OPEN = (FeatureDisabled, problems.ProgramInactive, problems.CardInactive, problems.UnitNotOffered)
