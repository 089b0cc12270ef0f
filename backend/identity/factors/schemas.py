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
    """Proof of a second factor: exactly one of the three."""

    totp: TotpCode | None = None
    recovery_code: RecoveryText | None = None
    """One of the ten recovery codes. Each is valid once."""
    passkey: Credential | None = None
    """The browser's `PublicKeyCredential`, as its `toJSON()` gives it."""


class SecondStep(FactorProof):
    """The second step of a sign-in, after the password."""

    attempt: StepToken
    """`attempt` of the problem `second_factor_required`."""
    merchant: Annotated[str, Meta(max_length=40)] | None = None
    """Code of the merchant to work for. Without it: the merchant of the latest sign-in."""


class PasskeySignIn(Body):
    """A sign-in with a passkey and without a password."""

    step: StepToken
    """`step` from the options that the browser was given."""
    credential: Credential
    """The browser's `PublicKeyCredential`, as its `toJSON()` gives it."""
    merchant: Annotated[str, Meta(max_length=40)] | None = None
    """Code of the merchant to work for. Without it: the merchant of the latest sign-in."""


class PersonProof(FactorProof):
    """Password, and proof of a second factor where the person has one."""

    password: Annotated[str, Meta(min_length=1, max_length=256)]
    """The person's present password."""
    step: StepToken | None = None
    """`step` from the options that the browser was given; needed with a passkey only."""


class PasskeyStep(Answer):
    """What the browser asks an authenticator for. Valid once, for five minutes."""

    step: str
    """Send it back with the credential."""
    options: CredentialOptions
    """Input of `PublicKeyCredential.parseRequestOptionsFromJSON` or `parseCreationOptionsFromJSON`."""


class AuthenticatorOffer(Answer):
    """A secret that comes into force once a code made from it has been sent."""

    secret: str
    """The secret in Base32, to be typed into an authenticator app."""
    address: str
    """The secret as an `otpauth://` address, to be shown as a QR code."""
    enrollment: str
    """Send it back with the first code. Encrypted; valid for 30 minutes."""


class AuthenticatorConfirmation(Body):
    """The first code of a new authenticator app."""

    enrollment: Annotated[str, Meta(min_length=1, max_length=500)]
    """`enrollment` of the offer."""
    code: TotpCode


class PasskeyRegistration(Body):
    """A passkey that the browser has made."""

    step: StepToken
    """`step` from the options that the browser was given."""
    credential: Credential
    """The browser's `PublicKeyCredential`, as its `toJSON()` gives it."""
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE)]
    """Name by which the person recognizes the passkey."""


class PasskeyName(Body):
    """The new name of a passkey."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=ONE_LINE)]
    """Name by which the person recognizes the passkey."""


class PasskeyView(Answer):
    """A passkey of the person."""

    id: UUID
    """Id of the passkey, for renaming and removing it."""
    name: str
    """Name that the person gave it."""
    created_at: datetime
    """When it was registered (UTC)."""
    last_used_at: datetime | None
    """When somebody last signed in with it (UTC). Null before the first time."""


class SecondFactors(Answer):
    """What the person signs in with beside the password."""

    has_authenticator: bool
    """True when an authenticator app is in force."""
    passkeys: list[PasskeyView]
    """The person's passkeys."""
    recovery_codes_left: int
    """Number of recovery codes that were not used yet."""
    is_required: bool
    """True when the last second factor cannot be removed."""
    is_confirmed: bool
    """True while this session may change the account, for ten minutes after a confirmation."""


class RecoveryCodes(Answer):
    """New recovery codes. Earlier ones are no longer valid."""

    codes: list[str]
    """Ten codes, shown once. Each replaces a second factor once."""


class FactorAdded(Answer):
    """The new second factor is in force. A new token takes the place of the former one."""

    session: SessionView
    """The session with its new token."""
    recovery_codes: list[str]
    """Recovery codes, shown once. Empty unless this is the person's first second factor."""
