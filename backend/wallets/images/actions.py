"""Images on passes: drawn once per design, stored by the hash of their content, cached in memory.

Apple's images are part of the pass. Google's have public URLs, which are known before an image is drawn. A URL contains
the image's name and its MAC, so that nobody can have other images drawn.
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from sqlalchemy.dialects.postgresql import insert

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.keys import MAC_BYTES_MIN, KeyRing
from backend.core.outages import server_away
from backend.wallets.images import pictures
from backend.wallets.images.draw import draw
from backend.wallets.images.pictures import Picture
from backend.wallets.models import PassImage
from backend.wallets.ports import ProgramSnapshot

PNG = "image/png"
CACHED_MAX = 2000
"""Of about 6 KiB each."""
HINTS = "pass-images"
"""In Redis, by name: the hash of the image that was drawn. A lost hint costs one more drawing with the same result."""
PATH = "/api/v1/storefront/loyalty/images"
PURPOSE = "pass image"
HASH = re.compile(r"[0-9a-f]{64}")
MAC = re.compile(rf"[0-9a-f]{{{2 * MAC_BYTES_MIN}}}")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KeptImage:
    hash: str
    media_type: str
    body: bytes


class PassImages:
    """`api_url`: the public URL of the API."""

    def __init__(
        self, sessions: Sessions, redis: Redis, keys: KeyRing, *, api_url: str, default_logo_url: str = ""
    ) -> None:
        self._sessions = sessions
        self._redis = redis
        self._keys = keys
        self._images_url = f"{api_url}{PATH}"
        self._default_logo_url = default_logo_url
        self._cache: OrderedDict[str, KeptImage] = OrderedDict()
        self._hashes: dict[str, str] = {}
        self._drawing = asyncio.Lock()

    def logo_url(self, program: ProgramSnapshot) -> str:
        """The merchant's logo, the installation's default, or the drawn initial of the merchant."""
        return program.logo_url or self._default_logo_url or self._url(pictures.google_logo(program))

    def strip_url(self, program: ProgramSnapshot, stamp_count: int) -> str:
        """The row of stamps on Google's card."""
        return self._url(pictures.hero(program, stamp_count))

    async def find(self, name: str) -> KeptImage | None:
        """By the file name of its URL without the extension: a hash, or an image's name with its MAC."""
        if HASH.fullmatch(name):
            return await self._find(name)
        picture_name, _, mac = name.rpartition("-")
        picture = pictures.named(picture_name) if self._is_ours(picture_name, mac) else None
        return await self.keep(picture) if picture else None

    async def keep(self, picture: Picture) -> KeptImage:
        """Draws and stores the image if that was not done before."""
        image = await self._find_drawn(picture)
        if image is None:
            async with self._drawing:
                image = await self._find_drawn(picture) or await self._draw(picture)
        return image

    async def _find(self, hash_: str) -> KeptImage | None:
        cached = self._cache.get(hash_)
        if cached is not None:
            self._cache.move_to_end(hash_)
            return cached
        async with self._sessions.committing() as session:
            row = await session.get(PassImage, hash_)
        return self._remember(row.media_type, row.body) if row else None

    def _url(self, picture: Picture) -> str:
        mac = self._keys.sign(PURPOSE, picture.name.encode())[:MAC_BYTES_MIN]
        return f"{self._images_url}/{picture.name}-{mac.hex()}.png"

    def _is_ours(self, name: str, mac: str) -> bool:
        return bool(MAC.fullmatch(mac)) and self._keys.verify(PURPOSE, name.encode(), bytes.fromhex(mac))

    async def _find_drawn(self, picture: Picture) -> KeptImage | None:
        hash_ = self._hashes.get(picture.name) or await self._hint(picture)
        image = await self._find(hash_) if hash_ else None
        if image is not None:
            self._hashes[picture.name] = image.hash
        return image

    async def _draw(self, picture: Picture) -> KeptImage:
        image = self._remember(PNG, await asyncio.to_thread(draw, picture))
        row = {"hash": image.hash, "media_type": PNG, "body": image.body, "created_at": clock.now()}
        async with self._sessions.committing() as session:
            await session.execute(insert(PassImage).values(row).on_conflict_do_nothing())
        self._hashes[picture.name] = image.hash
        await self._save_hint(picture, image.hash)
        return image

    def _remember(self, media_type: str, body: bytes) -> KeptImage:
        image = KeptImage(hashlib.sha256(body).hexdigest(), media_type, body)
        self._cache[image.hash] = image
        if len(self._cache) > CACHED_MAX:
            self._cache.popitem(last=False)
        return image

    async def _hint(self, picture: Picture) -> str | None:
        try:
            hint = await self._redis.hget(HINTS, picture.name)  # type: ignore[misc]
        except Exception as error:
            if server_away(error) is None:
                raise
            log.warning("redis_away", error=type(error).__name__, consequence="a picture may be drawn again")
            return None
        return hint.decode() if hint else None

    async def _save_hint(self, picture: Picture, hash_: str) -> None:
        try:
            await self._redis.hset(HINTS, picture.name, hash_)  # type: ignore[misc]
        except Exception as error:
            if server_away(error) is None:
                raise
            log.warning("redis_away", error=type(error).__name__, consequence="a picture may be drawn again")
