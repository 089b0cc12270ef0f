"""Invitations, as the invited person finds them in the mailbox."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select

from backend.messaging.models import PlatformMail
from backend.messaging.secrets import SECRET, secret_of
from backend.services import Services
from tests.world.caller import Caller, Json
from tests.world.till import AnonymousCaller, Till

PASSWORD = "a long enough password"


def new_email() -> str:
    return f"{uuid4().hex}@x.example"


async def mailed_token(services: Services, email: str) -> str:
    """The last part of the link in the newest email to this address that has one."""
    async with services.sessions.committing() as session:
        query = select(PlatformMail).where(PlatformMail.recipient == email).order_by(PlatformMail.id.desc())
        secrets = [secret_of(services.key_ring, mail) for mail in await session.scalars(query)]
        return next(secret[SECRET] for secret in secrets if SECRET in secret)


async def invite(office: Caller, email: str, *, audience: str = "merchant", **body: Any) -> Json:
    return await office.post(f"/{audience}/invitations", {"email": email} | body)


async def look_at(anonymous: AnonymousCaller, token: str) -> Json:
    return await anonymous.get(f"/storefront/invitations/{token}")


async def accept(anonymous: AnonymousCaller, token: str, **body: Any) -> Json:
    told = {"name": "Léa Thoma", "password": PASSWORD} | body
    return await anonymous.post(f"/storefront/invitations/{token}/acceptance", told)


async def join(services: Services, anonymous: AnonymousCaller, office: Caller, **body: Any) -> tuple[str, Till]:
    """Somebody new is invited, accepts and signs in. Returns their id and their till."""
    email = new_email()
    await invite(office, email, **body)
    await accept(anonymous, await mailed_token(services, email))
    answer = await anonymous.sign_in(email, PASSWORD)
    return answer["user"]["id"], Till(anonymous.http, anonymous._promises, answer["token"])
