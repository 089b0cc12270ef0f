"""Opens Apple Wallet for a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from arq.connections import ArqRedis
from redis.asyncio import Redis

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.outbound.breaker import Breaker
from backend.core.settings import Settings
from backend.loyalty.cards.card_urls import CardLinks
from backend.wallets.apple.apns import Apns
from backend.wallets.apple.assets import PassAssets
from backend.wallets.apple.builder import PassBuilder
from backend.wallets.apple.certificates import PassCertificates, load_certificates
from backend.wallets.apple.issue import ApplePasses
from backend.wallets.apple.logos import Logos
from backend.wallets.apple.provider import AppleProvider
from backend.wallets.apple.signer import PassSigner
from backend.wallets.images.actions import PassImages
from backend.wallets.metrics import CERTIFICATE_ENDS


@dataclass(frozen=True, slots=True)
class Apple:
    certificates: PassCertificates
    passes: ApplePasses
    wallet: AppleProvider
    breaker: Breaker
    apns: Apns


@asynccontextmanager
async def open_apple(
    settings: Settings,
    *,
    sessions: Sessions,
    redis: Redis,
    queue: ArqRedis,
    keys: KeyRing,
    links: CardLinks,
    images: PassImages,
) -> AsyncIterator[Apple | None]:
    """None when it is not configured. Raises SettingsError when the configuration is incomplete or wrong.

    The certificates are read only here, so a process has to be restarted after the files are replaced.
    """
    certificates = load_certificates(settings, clock.now())
    if certificates is None:
        yield None
        return
    CERTIFICATE_ENDS.labels("apple_pass").set(certificates.not_after.timestamp())
    apns = Apns(certificates, settings.apns_url, push_type=settings.apns_push_type)
    breaker = Breaker(redis, "apple", mark=certificates.fingerprint)
    logos = Logos(allows_loopback=settings.environment == "development")
    passes = ApplePasses(
        sessions=sessions,
        queue=queue,
        keys=keys,
        links=links,
        builder=_builder(settings, certificates, PassAssets(images, logos)),
        pass_type=certificates.pass_type,
        team=certificates.team,
        api_url=settings.api_url,
    )
    try:
        yield Apple(certificates, passes, AppleProvider(sessions, apns, breaker), breaker, apns)
    finally:
        await logos.close()
        await apns.close()


def _builder(settings: Settings, certificates: PassCertificates, assets: PassAssets) -> PassBuilder:
    return PassBuilder(PassSigner(certificates), assets, is_development=settings.environment == "development")
