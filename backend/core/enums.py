"""Closed sets of strings in answers: each is a schema of its own in the OpenAPI document.

In Python they are plain strings, because clients must expect values of later versions.
"""

from typing import Annotated

from msgspec import Meta


def one_of(name: str, *values: str) -> Meta:
    """`CardStateName = Annotated[str, one_of("CardState", "active", …)]`."""
    return Meta(extra_json_schema={"title": name, "extra": {"enum": list(values)}})


UNITS = ("points", "stamps")
TRANSACTION_KINDS = (
    "enrolled",
    "welcome_bonus",
    "earned",
    "redeemed",
    "voided",
    "reinstated",
    "adjusted",
    "expired",
    "restored",
    "transferred",
    "deactivated",
    "reactivated",
)
Unit = Annotated[str, one_of("Unit", *UNITS)]
TransactionKind = Annotated[str, one_of("TransactionKind", *TRANSACTION_KINDS)]
CardStateName = Annotated[str, one_of("CardState", "active", "deactivated", "merged", "erased")]
HoldStateName = Annotated[str, one_of("HoldState", "reserved", "confirmed", "released", "timed_out")]
ProgramKind = Annotated[str, one_of("ProgramType", "stamps", "points", "hybrid")]
PreviewState = Annotated[str, one_of("PreviewState", "queued", "running", "done", "failed")]
Role = Annotated[str, one_of("Role", "super_admin", "platform_admin", "merchant_owner", "store_member")]
SessionKind = Annotated[str, one_of("SessionKind", "password", "pin")]
PermissionScope = Annotated[str, one_of("PermissionScope", "store", "merchant", "owner", "platform", "super_admin")]
MaintenanceMode = Annotated[str, one_of("MaintenanceMode", "off", "announced", "read_only")]
BookingOutcome = Annotated[str, one_of("BookingOutcome", "booked", "refused", "not_booked")]
TaskRunState = Annotated[str, one_of("TaskRunState", "queued", "running", "died", "done", "partly_done", "failed")]
WalletProviderName = Annotated[str, one_of("WalletProvider", "google", "apple")]
PassStatus = Annotated[str, one_of("PassStatus", "active", "failed", "removed")]
BreakerStateName = Annotated[str, one_of("BreakerState", "closed", "open", "stopped")]
GoogleWalletState = Annotated[str, one_of("GoogleWalletState", "off", "available", "saved")]
AppleWalletState = Annotated[str, one_of("AppleWalletState", "off", "available", "installed")]
EmailSecurity = Annotated[str, one_of("EmailSecurity", "tls", "starttls", "none")]
StaffPinPolicyName = Annotated[str, one_of("StaffPinPolicy", "required", "optional", "disabled")]
CardChangeOutcome = Annotated[str, one_of("CardChangeOutcome", "done", "refused", "failed", "waiting")]
RewardRefusal = Annotated[str, one_of("RewardRefusal", "out_of_stock", "reward_limit_reached", "other_store")]
CheckOutcome = Annotated[str, one_of("CheckOutcome", "ok", "warning", "failed", "skipped")]
LOT_PART_KINDS = (
    "redeemed",
    "returned",
    "came_back",
    "expired",
    "paid_debt",
    "adjusted",
    "transferred",
    "moved_back",
    "reinstated",
    "taken_again",
)
LotPartKind = Annotated[str, one_of("LotPartKind", *LOT_PART_KINDS)]
PASS_OUTCOMES = ("synced", "clean", "moved", "busy", "retry", "paused", "stopped", "gave_up", "failed", "gone")
PassOutcome = Annotated[str, one_of("PassOutcome", *PASS_OUTCOMES)]
EmailProvider = Annotated[str, one_of("EmailProvider", "smtp", "sendgrid", "console")]
