"""Verifies a second factor: a code of an app, a recovery code or a passkey."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.encryption import unseal
from backend.core.keys import KeyRing
from backend.identity.factors.passkeys import credential_ids, use_passkey
from backend.identity.factors.recovery_codes import count_recovery_codes, use_recovery_code
from backend.identity.factors.schemas import FactorProof
from backend.identity.factors.totp import step_of, use_step
from backend.identity.factors.webauthn import RelyingParty, request_options
from backend.identity.problems import SecondFactorRefused
from backend.staff.actions import totp_place
from backend.staff.models import User

TOTP, RECOVERY_CODE, PASSKEY = "totp", "recovery_code", "passkey"


@dataclass(frozen=True, slots=True)
class OwnFactors:
    """What a person has set up. Recovery codes alone are no second factor."""

    has_totp: bool
    passkeys: list[bytes]
    recovery_codes: int

    @property
    def has_any(self) -> bool:
        return self.has_totp or bool(self.passkeys)

    @property
    def methods(self) -> list[str]:
        """The most convenient first."""
        offered = ((PASSKEY, bool(self.passkeys)), (TOTP, self.has_totp), (RECOVERY_CODE, self.recovery_codes > 0))
        return [method for method, is_set_up in offered if is_set_up] if self.has_any else []

    def request_options(self, party: RelyingParty, challenge: bytes) -> dict[str, Any] | None:
        return request_options(party, challenge, self.passkeys) if self.passkeys else None


async def read_factors(session: AsyncSession, user: User) -> OwnFactors:
    return OwnFactors(
        has_totp=user.totp_secret is not None,
        passkeys=await credential_ids(session, user.id),
        recovery_codes=await count_recovery_codes(session, user.id),
    )


@dataclass(frozen=True, slots=True)
class FactorCheck:
    keys: KeyRing
    party: RelyingParty
    now: datetime

    async def verify(self, session: AsyncSession, user: User, proof: FactorProof, challenge: bytes | None) -> str:
        """The method. `challenge`: what a passkey has signed. Raises SecondFactorRefused or PasskeyRefused."""
        if proof.totp is not None and user.totp_secret is not None:
            await self.verify_totp(session, user, proof.totp)
            return TOTP
        if proof.recovery_code is not None:
            await use_recovery_code(session, user.id, proof.recovery_code)
            return RECOVERY_CODE
        if proof.passkey is not None and challenge is not None:
            await use_passkey(session, self.party, user.id, proof.passkey, challenge, now=self.now)
            return PASSKEY
        raise SecondFactorRefused

    async def verify_totp(self, session: AsyncSession, user: User, code: str) -> None:
        assert user.totp_secret is not None
        secret = unseal(self.keys, user.totp_secret, totp_place(user.id))
        await use_step(session, user.id, step_of(secret, code, self.now))
