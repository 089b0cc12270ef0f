"""The terms to try: those in force, with what the draft changes."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.ledger.booking.setup import TermsState
from backend.loyalty.previews.schemas import ProgramDraft
from backend.loyalty.previews.setup_history import Conditions, SetupHistory
from i18n.translator import N_

POINTS_PER_EURO_MAX = 100
BY_DAYS = {"inactivity", "rolling"}
SAME = (
    "minimum_purchase_cents",
    "minimum_redemption_points",
    "welcome_bonus_points",
    "stamps_target",
    "cooldown_minutes",
    "max_daily_stamps",
    "return_policy",
)


@dataclass(frozen=True, slots=True)
class ProposedTerms:
    conditions: Conditions
    terms: TermsState
    stamp_value_cents: int


def propose(draft: ProgramDraft, history: SetupHistory) -> ProposedTerms:
    """Raises ValidationFailed with everything that is wrong."""
    if errors := [*_wrong_rate(draft), *_wrong_expiry(draft)]:
        raise ValidationFailed(*errors)
    changed: dict[str, Any] = {name: value for name in SAME if (value := getattr(draft, name)) is not None}
    if draft.points_per_euro is not None:
        rate = Fraction(draft.points_per_euro)
        changed |= {"points_numerator": rate.numerator, "points_denominator": rate.denominator}
    if draft.expiry_kind is not None:
        changed |= {name: getattr(draft, name) for name in ("expiry_kind", "expiry_days", "expiry_period")}
    terms = replace(history.terms, **changed)
    program = replace(history.program, type=draft.type) if draft.type else history.program
    value = draft.stamp_reward_value_cents
    return ProposedTerms(
        Conditions(program, history.versions, terms), terms, history.stamp_value_cents if value is None else value
    )


def _wrong_rate(draft: ProgramDraft) -> list[FieldError]:
    if draft.points_per_euro is None or 0 < Fraction(draft.points_per_euro) <= POINTS_PER_EURO_MAX:
        return []
    return [FieldError("/points_per_euro", "out_of_range", N_("Enter more than 0 and at most 100."))]


def _wrong_expiry(draft: ProgramDraft) -> list[FieldError]:
    """An expiry by days has days, one by periods a period, and neither has the other's."""
    by_days, by_period = draft.expiry_kind in BY_DAYS, draft.expiry_kind == "end_of_period"
    errors = []
    if by_days != (draft.expiry_days is not None):
        errors.append(_wrong("/expiry_days", by_days, N_("This expiry needs a number of days.")))
    if by_period != (draft.expiry_period is not None):
        errors.append(_wrong("/expiry_period", by_period, N_("This expiry needs a period.")))
    return errors


def _wrong(pointer: str, is_needed: bool, sentence: str) -> FieldError:
    if is_needed:
        return FieldError(pointer, "required", sentence)
    return FieldError(pointer, "not_allowed", N_("This does not belong to the kind of expiry chosen."))
