from backend.access.features import FeatureDisabled
from backend.access.permissions import PERMISSIONS
from backend.core.problems import Problem
from i18n.translator import N_, Translator


class Unauthenticated(Problem):
    code, status = "unauthenticated", 401
    title = N_("Please sign in")
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012 - never mutated


class SessionExpired(Problem):
    code, status = "session_expired", 401
    title = N_("Your sign-in has ended")
    detail = N_("Please sign in again.")
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012 - never mutated


class PasswordNeeded(Problem):
    code, status = "password_needed", 403
    title = N_("Sign in with your password")
    detail = N_("A PIN opens the till only.")


class SecondFactorMissing(Problem):
    code, status = "second_factor_missing", 403
    title = N_("Set up a second factor first")
    detail = N_("Administrators sign in with a passkey or an authenticator app beside the password.")


class Forbidden(Problem):
    """Without the permission, of which the sentence has the title; or nobody of this kind may have it."""

    code, status = "forbidden", 403
    title = N_("You may not do this")
    detail = N_("It needs the permission “%(permission)s”. An owner can give it.")
    permission: str
    """Code of the permission that is missing."""

    def __init__(self, permission: str, kept_by: str | None = None) -> None:
        """`kept_by`: a key of WHO_MAY, where the scope of the permission does not say it."""
        super().__init__(permission=permission)
        self._missing = PERMISSIONS[permission]
        self._kept_by = kept_by or self._missing.scope

    def _detail(self, translator: Translator) -> str:
        sentence = WHO_MAY.get(self._kept_by, self.detail)
        return translator.gettext(sentence, permission=translator.gettext(self._missing.title))


WHO_MAY: dict[str, str] = {
    "owner": N_("Only an owner of the merchant may do it."),
    "platform": N_("Only an administrator of the platform may do it."),
    "staff": N_("Only people who work for a merchant may do it."),
    "super_admin": N_("Only a super admin of the platform may do it."),
}
"""Where nobody can give the permission."""


class StaysWithOwner(Problem):
    code, status = "stays_with_owner", 403
    title = N_("This stays with the merchant")
    detail = N_("People who act on behalf of a merchant cannot do it. Ask the owner.")


class NotForApiKeys(Problem):
    code, status = "not_for_api_keys", 403
    title = N_("This is not open to API keys")
    detail = N_("People do it who are signed in.")


class NotForDevices(Problem):
    code, status = "not_for_devices", 403
    title = N_("This is not open to tablets")
    detail = N_("People do it who are signed in.")


class StoreRequired(Problem):
    code, status = "store_required", 400
    title = N_("Choose a store")
    detail = N_("You work at several stores: send the code of one as X-Store-Code.")
    stores: list[str]
    """Codes of the stores where the person works."""


class StoreNotFound(Problem):
    code, status = "store_not_found", 404
    title = N_("Store not found, or you don’t have access")


WITH_PASSWORD = (Unauthenticated, SessionExpired, PasswordNeeded, StaysWithOwner)
"""Raised by the guard `authenticated`, which does not ask for a second factor."""
AUTHENTICATED = (Unauthenticated, SessionExpired, SecondFactorMissing, PasswordNeeded, StaysWithOwner)
"""Raised by the guard `signed_in`."""
SIGNED_IN = (*AUTHENTICATED, Forbidden)
"""Raised by the guards of an owner's or admin's operation."""
STAFF = (Unauthenticated, SessionExpired, StaysWithOwner, Forbidden, StoreRequired, StoreNotFound, FeatureDisabled)
"""Raised by the guards of a till's operation."""
