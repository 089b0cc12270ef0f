"""The resources of a backend process and the services built on them: opened at start, closed in order at the end."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from arq.connections import ArqRedis
from redis.asyncio import Redis

from backend.core.database import Sessions, open_pool
from backend.core.keys import KeyRing
from backend.core.paging import Cursors
from backend.core.queue import WorkerNotifier, open_queue, open_redis
from backend.core.ratelimit import RateLimiter
from backend.core.resources import Resources
from backend.core.settings import Settings
from backend.identity.customers.not_me_links import NotMeLinks
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.device_sync.waiting import WaitingDevices
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.loyalty.previews.actions import Previews
from backend.models import metadata
from backend.operations.task_runs.watching import RunWatchers
from backend.settings.live import LiveSettings, open_live
from backend.settings.resolver import Environment
from backend.staff_pins.actions import StaffPins
from backend.wallets.apple.open import Apple
from backend.wallets.google.open import Google
from backend.wallets.images.actions import PassImages
from backend.wallets.open import configured_wallets, open_wallets
from backend.wallets.sync import WalletSync


@dataclass(frozen=True, slots=True)
class Services(Resources):
    """Routes are given each field by its name."""

    live: LiveSettings
    links: CardLinks
    unsubscribe_links: UnsubscribeLinks
    not_me_links: NotMeLinks
    pins: StaffPins
    ledger: Ledger
    enrollment: Enrollment
    previews: Previews
    pass_images: PassImages
    google: Google | None
    apple: Apple | None
    """`google` and `apple` are None when they are not configured."""
    wallet_sync: WalletSync
    waiting_devices: WaitingDevices = field(default_factory=WaitingDevices)
    run_watchers: RunWatchers = field(default_factory=RunWatchers)


@asynccontextmanager
async def open_services(
    settings: Settings, environ: Mapping[str, str] | None = None, *, patience_seconds: float = 0
) -> AsyncIterator[Services]:
    """`environ` gives platform settings their values; default: that of the process. Raises as `open_pool`."""
    keys = KeyRing(settings.keys)
    links = CardLinks(keys, settings.public_url, settings.api_url, wallets=configured_wallets(settings))
    pool, sessions = await open_pool(settings, patience_seconds=patience_seconds), Sessions(settings, metadata)
    redis, queue = open_redis(settings.redis_url), open_queue(settings.redis_url)
    notifier, pins = WorkerNotifier(queue), StaffPins(pool, keys)
    ledger = Ledger(pool, pins, links, notifier)
    opening = open_wallets(settings, pool=pool, sessions=sessions, redis=redis, queue=queue, keys=keys, links=links)
    try:
        async with open_live(Environment.read(settings, environ), pool, sessions, keys) as live, opening as wallets:
            yield Services(
                settings=settings,
                key_ring=keys,
                pool=pool,
                sessions=sessions,
                redis=redis,
                queue=queue,
                limiter=RateLimiter(redis, keys),
                cursors=Cursors(keys),
                live=live,
                links=links,
                unsubscribe_links=UnsubscribeLinks(keys, settings.public_url),
                not_me_links=NotMeLinks(keys, settings.public_url),
                pins=pins,
                ledger=ledger,
                enrollment=Enrollment(sessions, ledger, keys),
                previews=Previews(sessions, queue),
                pass_images=wallets.images,
                google=wallets.google,
                apple=wallets.apple,
                wallet_sync=wallets.sync,
            )
    finally:
        await notifier.close()
        await sessions.close()
        await pool.close()
        await _close(queue, redis)


async def _close(queue: ArqRedis, redis: Redis) -> None:
    await queue.aclose(close_connection_pool=True)
    await redis.aclose()
