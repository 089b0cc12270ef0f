"""The signed-in person's own account."""

from uuid import UUID

from backend.identity.factors.schemas import (
    AuthenticatorConfirmation,
    AuthenticatorOffer,
    FactorAdded,
    PasskeyName,
    PasskeyRegistration,
    PasskeyStep,
    PersonProof,
    RecoveryCodes,
    SecondFactors,
)
from backend.identity.passwords.schemas import ChangedPassword
from backend.identity.schemas import OwnPin, SessionView
from backend.identity.sessions.schemas import OwnSessionList
from frontend.api.client import Caller
from frontend.kit.forms import body_of


async def list_own_sessions(caller: Caller) -> OwnSessionList:
    return await caller.get("/auth/me/sessions", OwnSessionList)


async def end_own_session(caller: Caller, session_id: UUID) -> None:
    await caller.tell(f"/auth/me/sessions/{session_id}", method="DELETE")


async def end_own_other_sessions(caller: Caller) -> None:
    await caller.tell("/auth/me/sessions", method="DELETE")


async def get_own_factors(caller: Caller) -> SecondFactors:
    return await caller.get("/auth/me/second-factors", SecondFactors)


async def confirm_own_session(caller: Caller, body: PersonProof) -> SessionView:
    return await caller.post("/auth/me/confirmation", body, SessionView)


async def begin_own_confirmation(caller: Caller) -> PasskeyStep:
    return await caller.post("/auth/me/confirmation/passkey-options", None, PasskeyStep)


async def change_own_password(caller: Caller, password: str) -> SessionView:
    """Raises FormError for what cannot be a password."""
    return await caller.put("/auth/me/password", body_of(ChangedPassword, {"password": password}, ""), SessionView)


async def set_own_pin(caller: Caller, pin: str) -> None:
    """Raises FormError for what cannot be a PIN."""
    await caller.tell("/auth/me/pin", body_of(OwnPin, {"pin": pin}, ""), method="PUT")


async def offer_own_authenticator(caller: Caller) -> AuthenticatorOffer:
    return await caller.post("/auth/me/authenticator", None, AuthenticatorOffer)


async def set_own_authenticator(caller: Caller, enrollment: str, code: str) -> FactorAdded:
    """Raises FormError for what cannot be a code."""
    body = body_of(AuthenticatorConfirmation, {"enrollment": enrollment, "code": code}, "")
    return await caller.put("/auth/me/authenticator", body, FactorAdded)


async def remove_own_authenticator(caller: Caller) -> None:
    await caller.tell("/auth/me/authenticator", method="DELETE")


async def replace_own_recovery_codes(caller: Caller) -> list[str]:
    return (await caller.post("/auth/me/recovery-codes", None, RecoveryCodes)).codes


async def begin_own_passkey(caller: Caller) -> PasskeyStep:
    return await caller.post("/auth/me/passkeys/options", None, PasskeyStep)


async def add_own_passkey(caller: Caller, body: PasskeyRegistration) -> FactorAdded:
    return await caller.post("/auth/me/passkeys", body, FactorAdded)


async def rename_own_passkey(caller: Caller, passkey_id: UUID, name: str) -> None:
    """Raises FormError for what cannot be a name."""
    await caller.tell(f"/auth/me/passkeys/{passkey_id}", body_of(PasskeyName, {"name": name}, ""), method="PATCH")


async def remove_own_passkey(caller: Caller, passkey_id: UUID) -> None:
    await caller.tell(f"/auth/me/passkeys/{passkey_id}", method="DELETE")
