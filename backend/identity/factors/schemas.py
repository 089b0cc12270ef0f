from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import ONE_LINE, Answer, Body
from backend.identity.schemas import SessionView, TotpCode

StepToken = Annotated[str, Meta(min_length=1, max_length=100)]
"""Names a step of a sign-in, a registration or a confirmation."""
RecoveryText = Annotated[str, Meta(min_length=1, max_length=40)]
Credential = dict[str, Any]
"""A `PublicKeyCredential` as its `toJSON()` gives it."""
CredentialOptions = dict[str, Any]
"""As `PublicKeyCredential.parseRequestOptionsFromJSON` and `parseCreationOptionsFromJSON` take them."""


class FactorProof(Body, kw_only=True):
    """One of the three."""

    totp: TotpCode | None = None
    recovery_code: RecoveryText | None = None
    passkey: Credential | None = None


class SecondStep(FactorProof):
    attempt: StepToken
    """Of the problem `second_factor_required`."""
    merchant: Annotated[str, Meta(max_length=40)] | None = None
    """Code of the merchant to work for; otherwise the one of the latest sign-in."""


class PasskeySignIn(Body):
    step: StepToken
    credential: Credential
    merchant: Annotated[str, Meta(max_length=40)] | None = None


class PersonProof(FactorProof):
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    step: StepToken | None = None
    """Of the options, for a passkey."""


class PasskeyStep(Answer):
    """What the browser asks an authenticator for. Valid for five minutes, once."""

    step: str
    options: CredentialOptions


class AuthenticatorOffer(Answer):
    """A secret that is in force once a code of it has been sent."""

    secret: str
    """Base32, for authenticator apps without a camera."""
    address: str
    """`otpauth://`, for a QR code."""
    enrollment: str
    """To be sent with the first code. Sealed; valid for 30 minutes."""


class AuthenticatorConfirmation(Body):
    enrollment: Annotated[str, Meta(min_length=1, max_length=500)]
    code: TotpCode


class PasskeyRegistration(Body):
    step: StepToken
    credential: Credential
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE, extra={"format": "line"})]


class PasskeyName(Body):
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE, extra={"format": "line"})]


class PasskeyView(Answer):
    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None


class SecondFactors(Answer):
    has_authenticator: bool
    passkeys: list[PasskeyView]
    recovery_codes_left: int
    is_required: bool
    """The last one cannot be removed."""
    is_confirmed: bool
    """The session may change the account: the person has confirmed it within ten minutes."""


class RecoveryCodes(Answer):
    codes: list[str]
    """Shown once. Each replaces a second factor once."""


class FactorAdded(Answer):
    """A new token takes the place of the former one."""

    session: SessionView
    recovery_codes: list[str]
    """With the first second factor; shown once."""
