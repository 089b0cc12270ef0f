"""Signing in: by password, by password and second factor, or by a passkey alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import normalize_email
from backend.core.clock import clock
from backend.core.requests import ApiRequest
from backend.core.resources import Resources, resources_of
from backend.identity.factors.challenges import begin_step, take_step, user_of_step
from backend.identity.factors.passkeys import find_passkey, use_passkey
from backend.identity.factors.proofs import PASSKEY, FactorCheck, read_factors
from backend.identity.factors.schemas import FactorProof, PasskeySignIn, SecondStep
from backend.identity.factors.tries import count_factor_try, forget_factor_tries
from backend.identity.factors.webauthn import RelyingParty
from backend.identity.known_devices import find_device
from backend.identity.metrics import SIGN_IN_FAILURES
from backend.identity.problems import (
    PasskeyRefused,
    SecondFactorRefused,
    SecondFactorRequired,
    SignInRefused,
    StepEnded,
)
from backend.identity.schemas import SignIn
from backend.identity.sessions.actions import NewSession, begin_session
from backend.identity.workplaces.queries import choose_workplace
from backend.staff.models import User
from backend.staff.passwords import PUBLISHED, normalize_password, verify_password


class SignedIn(NamedTuple):
    token: str
    expires_at: datetime
    email_norm: str


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """A sign-in from one browser. `proofs`: of earlier sign-ins with it; `merchant`: code of the one to work for."""

    resources: Resources
    proofs: str
    user_agent: str
    merchant: str | None
    now: datetime

    @classmethod
    def of(cls, request: ApiRequest, proofs: str | None, merchant: str | None) -> Self:
        user_agent = request.headers.get("user-agent", "")
        return cls(resources_of(request), proofs or "", user_agent, merchant, clock.now())

    @property
    def check(self) -> FactorCheck:
        party = RelyingParty.at(self.resources.settings.public_url)
        return FactorCheck(self.resources.key_ring, party, self.now)

    async def with_password(self, body: SignIn) -> SignedIn:
        """Raises SignInRefused, after the same time whether or not the user exists, or SecondFactorRequired when the
        password is right and more is needed. Raises MerchantNotFound or NoWorkplace when everything is right.
        """
        async with self.resources.sessions.committing() as session:
            user = await self._user_with_password(session, body)
            factors = await read_factors(session, user)
            if not factors.has_any:
                if not await self._is_unchanged(session, user, user.password_hash):
                    raise SignInRefused
                return await self._begin(session, user, None)
            if body.totp is None:
                step = await begin_step(session, "second_factor", user.id, self.now)
                required = SecondFactorRequired(
                    attempt=step.token,
                    methods=factors.methods,
                    passkey=factors.request_options(self.check.party, step.challenge),
                )
        if body.totp is None:
            raise required
        try:
            return await self._finish(user.id, FactorProof(totp=body.totp), None, password_hash=user.password_hash)
        except (SecondFactorRefused, StepEnded):
            raise SignInRefused from None

    async def with_factor(self, body: SecondStep) -> SignedIn:
        """The step after the password. A refused code leaves it open, an answer of a passkey does not.

        Raises StepEnded, SecondFactorRefused, PasskeyRefused or RateLimited.
        """
        async with self.resources.sessions.committing() as session:
            user_id = await user_of_step(session, "second_factor", body.attempt, self.now)
            is_passkey = body.passkey is not None
            challenge = (
                await take_step(session, "second_factor", body.attempt, user_id, self.now) if is_passkey else None
            )
        return await self._finish(user_id, body, challenge, open_step=None if is_passkey else body.attempt)

    async def with_passkey(self, body: PasskeySignIn) -> SignedIn:
        """Without a password: the authenticator has verified the person. Raises StepEnded or PasskeyRefused."""
        async with self.resources.sessions.committing() as session:
            challenge = await take_step(session, "passkey", body.step, None, self.now)
        async with self.resources.sessions.committing() as session:
            passkey = await find_passkey(session, body.credential)
            user = await session.get(User, passkey.user_id) if passkey else None
            if user is None or not user.is_active:
                SIGN_IN_FAILURES.inc()
                raise PasskeyRefused
            await use_passkey(
                session, self.check.party, user.id, body.credential, challenge, now=self.now, is_alone=True
            )
            return await self._begin(session, user, PASSKEY)

    async def _user_with_password(self, session: AsyncSession, body: SignIn) -> User:
        email = normalize_email(body.email)
        user: User | None = await session.scalar(select(User).where(User.email_norm == email, User.is_active))
        is_right = await verify_password(user.password_hash if user else None, body.password)
        is_published = self.resources.settings.is_production and normalize_password(body.password) in PUBLISHED
        if not is_right or user is None or is_published:
            SIGN_IN_FAILURES.inc()
            raise SignInRefused
        return user

    async def _finish(
        self,
        user_id: UUID,
        proof: FactorProof,
        challenge: bytes | None,
        *,
        password_hash: str | None = None,
        open_step: str | None = None,
    ) -> SignedIn:
        """The try is counted and committed before the factor is verified.

        `password_hash`: of the password that was right. `open_step`: ends with the sign-in. Raises StepEnded.
        """
        sessions, keys = self.resources.sessions, self.resources.key_ring
        async with sessions.committing() as session:
            user = await session.get_one(User, user_id)
            device = find_device(keys, user.email_norm, self.proofs) or ""
            await count_factor_try(session, user_id, device, self.now)
        try:
            async with sessions.committing() as session:
                user = await session.get_one(User, user_id)
                if not await self._is_unchanged(session, user, password_hash):
                    raise StepEnded
                if open_step is not None:
                    await take_step(session, "second_factor", open_step, user_id, self.now)
                method = await self.check.verify(session, user, proof, challenge)
                await forget_factor_tries(session, user_id, device)
                return await self._begin(session, user, method)
        except (SecondFactorRefused, PasskeyRefused):
            SIGN_IN_FAILURES.inc()
            raise

    @staticmethod
    async def _is_unchanged(session: AsyncSession, user: User, password_hash: str | None) -> bool:
        """Whether the person may still sign in with the verified password. Until the commit nobody changes it."""
        await session.refresh(user, with_for_update={"key_share": True})
        return user.is_active and password_hash in {None, user.password_hash}

    async def _begin(self, session: AsyncSession, user: User, second_factor: str | None) -> SignedIn:
        """Somebody who must set up a second factor, and has none, may do so without giving the password twice."""
        is_required = self.resources.settings.is_production and user.platform_role is not None
        new = NewSession(
            user_id=user.id,
            merchant_id=await choose_workplace(session, user, self.merchant),
            user_agent=self.user_agent,
            second_factor=second_factor,
            is_confirmed=is_required and second_factor is None,
        )
        token, expires_at = await begin_session(session, new, self.now, self.resources.live.current)
        return SignedIn(token, expires_at, user.email_norm)
