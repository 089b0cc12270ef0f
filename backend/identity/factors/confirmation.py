"""“Confirm that it is you”: password and second factor, before a person changes their own account."""

from dataclasses import dataclass
from datetime import datetime

from backend.access.actor import Actor
from backend.core.resources import Resources
from backend.identity.factors.challenges import begin_step, take_step
from backend.identity.factors.proofs import FactorCheck, read_factors
from backend.identity.factors.schemas import PasskeyStep, PersonProof
from backend.identity.factors.tries import count_factor_try, device_of_session, forget_factor_tries
from backend.identity.factors.webauthn import RelyingParty, request_options
from backend.identity.problems import PasskeyRefused, PasswordWrong
from backend.identity.sessions.actions import renew_session
from backend.staff.models import User
from backend.staff.passwords import verify_password


@dataclass(frozen=True, slots=True)
class OwnConfirmation:
    resources: Resources
    actor: Actor
    now: datetime

    @property
    def check(self) -> FactorCheck:
        party = RelyingParty.at(self.resources.settings.public_url)
        return FactorCheck(self.resources.key_ring, party, self.now)

    async def offer_passkey(self) -> PasskeyStep:
        """Raises PasskeyRefused for somebody without a passkey."""
        async with self.resources.sessions.committing() as session:
            user = await session.get_one(User, self.actor.user_id)
            factors = await read_factors(session, user)
            if not factors.passkeys:
                raise PasskeyRefused
            step = await begin_step(session, "confirmation", user.id, self.now)
        return PasskeyStep(step.token, request_options(self.check.party, step.challenge, factors.passkeys))

    async def confirm(self, body: PersonProof) -> tuple[str, datetime]:
        """The session's new token and its expiry.

        Raises PasswordWrong, SecondFactorRefused, PasskeyRefused, StepEnded, RateLimited or Unauthenticated.
        """
        challenge = None
        async with self.resources.sessions.committing() as session:
            user = await session.get_one(User, self.actor.user_id)
            if not await verify_password(user.password_hash, body.password):
                raise PasswordWrong
            needs_factor = (await read_factors(session, user)).has_any
            if needs_factor:
                if body.step is not None:
                    challenge = await take_step(session, "confirmation", body.step, user.id, self.now)
                await count_factor_try(session, user.id, device_of_session(self.actor.sign_in_id), self.now)
        async with self.resources.sessions.committing() as session:
            if needs_factor:
                user = await session.get_one(User, self.actor.user_id)
                await self.check.verify(session, user, body, challenge)
                await forget_factor_tries(session, user.id, device_of_session(self.actor.sign_in_id))
            return await renew_session(session, self.actor.sign_in_id, self.now, confirmed_at=self.now)
