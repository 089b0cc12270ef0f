"""Why Google refuses us: Google's reason selects the advice for the operator, and its own text is shown."""

from typing import Any, NamedTuple

from i18n.translator import N_

TEXT_MAX = 300

CLOCK_WRONG, KEY_UNKNOWN, ACCOUNT_UNKNOWN, ACCOUNT_DISABLED = (
    "clock_wrong",
    "key_unknown",
    "account_unknown",
    "account_disabled",
)
API_DISABLED, BILLING_OFF, SCOPE_MISSING, DAILY_LIMIT = "api_disabled", "billing_off", "scope_missing", "daily_limit"
NOT_A_USER, TOKEN_REFUSED, REFUSED = "forbidden", "token_refused", "refused"


class Advice(NamedTuple):
    """English sources for the catalogs. Both may contain `%(reason)s`, which is Google's own text."""

    sentence: str
    remedy: str


ADVICE = {
    CLOCK_WRONG: Advice(
        N_("Google finds the clock of this machine wrong: %(reason)s"),
        N_("Let the machine take its time from the network (NTP), for example with `timedatectl set-ntp true`."),
    ),
    KEY_UNKNOWN: Advice(
        N_("Google does not know this key any more: %(reason)s"),
        N_("In Google’s console, make a new key for the service account, replace the file and restart."),
    ),
    ACCOUNT_UNKNOWN: Advice(
        N_("Google does not know the service account: %(reason)s"),
        N_("It has been deleted. Make a new service account and a key for it, and add it to the issuer’s users."),
    ),
    ACCOUNT_DISABLED: Advice(
        N_("The service account is disabled: %(reason)s"),
        N_("Enable it in Google’s console, under IAM & Admin, Service Accounts."),
    ),
    API_DISABLED: Advice(
        N_("The Google Wallet API is not enabled for the project: %(reason)s"),
        N_("Enable it in Google’s console, under APIs & Services; it works a few minutes later."),
    ),
    BILLING_OFF: Advice(
        N_("The project has no billing account: %(reason)s"),
        N_("Link a billing account to the project in Google’s console, under Billing."),
    ),
    SCOPE_MISSING: Advice(
        N_("The service account may not use the Google Wallet API: %(reason)s"),
        N_("Use a key that Google’s console has made for the service account, and let no policy restrict its scopes."),
    ),
    DAILY_LIMIT: Advice(
        N_("The project has used up what Google allows it for a day: %(reason)s"),
        N_("Passes go on at midnight, Pacific time. Ask for more in Google’s console, under Quotas."),
    ),
    TOKEN_REFUSED: Advice(
        N_("Google refuses the service account: %(reason)s"),
        N_("Download a new key in Google’s console, replace the file and restart."),
    ),
    NOT_A_USER: Advice(
        N_("The issuer does not know the service account: %(reason)s"),
        N_("Add the service account as a user in the Google Pay & Wallet Console, under Users."),
    ),
    REFUSED: Advice(
        N_("Google refuses what Orion asks: %(reason)s"),
        N_("Compare ORION_GOOGLE_WALLET_ISSUER_ID with the Google Pay & Wallet Console; if it is right, ask Google."),
    ),
}

# From the older list `errors` and the newer list `details`.
OF_REASONS = {
    "accessNotConfigured": API_DISABLED,
    "SERVICE_DISABLED": API_DISABLED,
    "BILLING_DISABLED": BILLING_OFF,
    "billingNotEnabled": BILLING_OFF,
    "insufficientPermissions": SCOPE_MISSING,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": SCOPE_MISSING,
    "dailyLimitExceeded": DAILY_LIMIT,
    "dailyLimitExceededUnreg": DAILY_LIMIT,
}
# OAuth has one code for many causes; Google's description tells which.
OF_DESCRIPTIONS = (
    ("timeframe", CLOCK_WRONG),
    ("signature", KEY_UNKNOWN),
    ("not found", ACCOUNT_UNKNOWN),
    ("disabled", ACCOUNT_DISABLED),
)
OF_ERRORS = {
    "invalid_client": ACCOUNT_UNKNOWN,
    "disabled_client": ACCOUNT_DISABLED,
    "invalid_scope": SCOPE_MISSING,
    "unauthorized_client": SCOPE_MISSING,
}


def reasons_in(body: dict[str, Any]) -> list[str]:
    """All reasons in a response of the Wallet API."""
    error = body.get("error")
    if not isinstance(error, dict):
        return []
    facts = [one for part in ("errors", "details") for one in _list(error.get(part)) if isinstance(one, dict)]
    return [fact["reason"] for fact in facts if isinstance(fact.get("reason"), str)]


def code_of_refusal(body: dict[str, Any]) -> str | None:
    """The advice for a response of the Wallet API; None when there is no special one."""
    return next((OF_REASONS[reason] for reason in reasons_in(body) if reason in OF_REASONS), None)


def code_of_grant(error: str, description: str) -> str:
    """The advice for a refusal of the token endpoint."""
    text = description.lower()
    return next((code for part, code in OF_DESCRIPTIONS if part in text), OF_ERRORS.get(error, TOKEN_REFUSED))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
