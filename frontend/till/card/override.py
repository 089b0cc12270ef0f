"""A booking that a limit refused, and the owner's permission to record it anyway, given with their own PIN."""

import msgspec

from backend.loyalty.ledger.schemas.fields import Override
from backend.loyalty.till.schemas import TillView
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.till import verify_pin
from frontend.kit.forms import Form, FormError, body_of, errors_of
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator

LIMIT_REACHED = "limit_reached"
EMAIL, PIN, OWN_PIN = "override.email", "override.pin", "staff_pin"
FIELDS = {EMAIL, PIN, OWN_PIN}
FIELD_OF_CODE = {"override_refused": EMAIL, "pin_invalid": PIN, "pin_locked": PIN, "pin_not_set": PIN}
"""The user's own PIN is verified before, so these problems concern the owner's."""
NOT_REPEATED = FIELDS | {"_csrf_token", "idem"}


class OverridePrompt(msgspec.Struct, frozen=True):
    """The form that sends a refused booking again, with the owner's email and PIN."""

    command: str
    what: str
    """What the owner agrees to, see `Command.describe`."""
    fields: list[tuple[str, str]]
    """The values of the refused booking."""
    asks_own_pin: bool
    is_open: bool


def has_override(form: Form) -> bool:
    """Whether the form is the one with the owner's fields."""
    return PIN in form.fields


def override_of(request: Request, form: Form) -> Override | None:
    """Raises FormError."""
    if not has_override(form):
        return None
    _ = get_translator(language_of(request)).gettext
    if not form.text(EMAIL):
        raise FormError(EMAIL, _("Enter the owner’s email address."))
    try:
        return body_of(Override, {"email": form.text(EMAIL), "pin": form.text(PIN)}, _("A PIN has 4 to 8 digits."))
    except FormError as error:
        raise FormError(f"override.{error.field}", error.sentence) from error


async def verify_own_pin(caller: Caller, form: Form) -> None:
    """With two PINs in one form a refusal would not say which is wrong. Raises FormError."""
    if not (has_override(form) and form.text(OWN_PIN)):
        return
    try:
        await verify_pin(caller, form.text(OWN_PIN))
    except BackendProblem as problem:
        if problem.code not in FIELD_OF_CODE:
            raise
        raise FormError(OWN_PIN, problem.sentence) from problem


def override_errors(request: Request, form: Form, problem: BackendProblem) -> dict[str, str]:
    """Like `errors_of`, but a problem with a PIN concerns the owner's when the form has an override."""
    if not has_override(form) or problem.code not in FIELD_OF_CODE:
        return errors_of(problem)
    if problem.code == "pin_not_set":
        return {PIN: get_translator(language_of(request)).gettext("This person has no PIN yet.")}
    return {FIELD_OF_CODE[problem.code]: problem.sentence}


def override_prompt(command: str, what: str, form: Form, view: TillView) -> OverridePrompt:
    return OverridePrompt(
        command,
        what,
        [(name, value) for name, values in form.lists.items() if name not in NOT_REPEATED for value in values],
        view.program.policy.staff_pin_policy == "required" or bool(form.text(OWN_PIN)),
        has_override(form),
    )
