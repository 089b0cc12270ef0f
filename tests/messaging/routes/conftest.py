"""An API of the folder's own, to which SendGrid reports."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar.types import ASGIApp

from backend.app import create_app
from backend.core.clock import clock
from backend.core.settings import Settings
from backend.messaging.actions import queue_mail
from backend.messaging.models import EmailLog
from backend.messaging.templates.catalog.loyalty_card_link import LOYALTY_CARD_LINK, CardLinkValues
from backend.messaging.templates.facts import CustomerFacts, MailedCardFacts, MerchantFacts
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM
from backend.services import Services
from tests.conftest import client, running
from tests.world.caller import Caller
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller

VALUES = CardLinkValues(
    merchant=MerchantFacts("Fashion Group"),
    customer=CustomerFacts("Zoë"),
    card=MailedCardFacts("BDFHKLNPRSTVXGCJ", "http://orion.test/c/…"),
)

QueueMail = Callable[..., Awaitable[EmailLog]]


@pytest.fixture(scope="session")
def signing_key() -> EllipticCurvePrivateKey:
    """SendGrid's."""
    return generate_private_key(SECP256R1())


@pytest.fixture(scope="session")
async def app(settings: Settings, signing_key: EllipticCurvePrivateKey) -> AsyncIterator[ASGIApp]:
    public = signing_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    environ = {"ORION_SENDGRID_WEBHOOK_PUBLIC_KEY": base64.b64encode(public).decode()}
    async with running(create_app(settings, environ)) as started:
        yield started


@pytest.fixture(scope="session")
async def http(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as opened:
        yield opened


@pytest.fixture
async def admin(services: Services, anonymous: AnonymousCaller) -> Caller:
    return await hire_admin(services, anonymous, "Paula")


@pytest.fixture
def queue(services: Services, shop: Shop) -> QueueMail:
    """Queues a mail of the shop, and sets these columns."""

    async def queued(recipient: str = "zoe@example.com", card_id: UUID | None = None, **columns: Any) -> EmailLog:
        async with services.sessions.committing(shop.merchant_id) as session:
            mail = await queue_mail(
                session, shop.merchant_id, LOYALTY_CARD_LINK, VALUES, recipient=recipient, language="de",
                now=clock.now(), brand=SAMPLE_BRAND, platform_name=SAMPLE_PLATFORM, card_id=card_id,
            )  # fmt: skip
            for name, value in columns.items():
                setattr(mail, name, value)
        return mail

    return queued
