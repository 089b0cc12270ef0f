"""Pictures on passes: drawn once per design, kept under the hash of their content, held in memory.

Apple's are put into the pass. Google's have public addresses, which are known before anything is drawn: an address
names the picture, and is sealed so that nobody can make us draw others.
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.dialects.postgresql import insert

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.keys import MAC_BYTES_MIN, KeyRing
from backend.wallets.images import pictures
from backend.wallets.images.drawing import draw
from backend.wallets.images.pictures import Picture
from backend.wallets.models import PassImage
from backend.wallets.ports import ProgramSnapshot

PNG = "image/png"
HELD_MAX = 2000
"""Of about 6 KiB each."""
HINTS = "pass-images"
"""In Redis: which content a picture had when it was drawn. A lost hint costs one more drawing, with the same result."""
PATH = "/api/v1/storefront/loyalty/images"
PURPOSE = "pass image"
HASH = re.compile(r"[0-9a-f]{64}")
SEAL = re.compile(rf"[0-9a-f]{{{2 * MAC_BYTES_MIN}}}")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KeptImage:
    hash: str
    media_type: str
    body: bytes


class PassImages:
    """`api_url`: where Google and browsers reach the API."""

    def __init__(
        self, sessions: Sessions, redis: Redis, keys: KeyRing, *, api_url: str, default_logo_url: str = ""
    ) -> None:
        self._sessions = sessions
        self._redis = redis
        self._keys = keys
        self._images_url = f"{api_url}{PATH}"
        self._default_logo_url = default_logo_url
        self._held: OrderedDict[str, KeptImage] = OrderedDict()
        self._hashes: dict[str, str] = {}
        self._drawing = asyncio.Lock()

    def logo_url(self, program: ProgramSnapshot) -> str:
        """The merchant's own, the installation's, or one drawn from the merchant's initial."""
        return program.logo_url or self._default_logo_url or self._url(pictures.google_logo(program))

    def strip_url(self, program: ProgramSnapshot, stamp_count: int) -> str:
        """The stamps as Google shows them, across the card."""
        return self._url(pictures.hero(program, stamp_count))

    async def find(self, name: str) -> KeptImage | None:
        """By the last part of its address, without the ending: a hash, or a picture's name with its seal."""
        if HASH.fullmatch(name):
            return await self._find(name)
        picture_name, _, seal = name.rpartition("-")
        picture = pictures.named(picture_name) if self._is_ours(picture_name, seal) else None
        return await self.keep(picture) if picture else None

    async def keep(self, picture: Picture) -> KeptImage:
        """Drawn now if nobody has drawn it yet."""
        found = await self._kept_before(picture)
        if found is None:
            async with self._drawing:
                found = await self._kept_before(picture) or await self._draw(picture)
        return found

    async def _find(self, hash_: str) -> KeptImage | None:
        held = self._held.get(hash_)
        if held is not None:
            self._held.move_to_end(hash_)
            return held
        async with self._sessions.committing() as session:
            row = await session.get(PassImage, hash_)
        return self._hold(row.media_type, row.body) if row else None

    def _url(self, picture: Picture) -> str:
        seal = self._keys.sign(PURPOSE, picture.name.encode())[:MAC_BYTES_MIN]
        return f"{self._images_url}/{picture.name}-{seal.hex()}.png"

    def _is_ours(self, name: str, seal: str) -> bool:
        return bool(SEAL.fullmatch(seal)) and self._keys.verify(PURPOSE, name.encode(), bytes.fromhex(seal))

    async def _kept_before(self, picture: Picture) -> KeptImage | None:
        known = self._hashes.get(picture.name) or await self._hint(picture)
        found = await self._find(known) if known else None
        if found is not None:
            self._hashes[picture.name] = found.hash
        return found

    async def _draw(self, picture: Picture) -> KeptImage:
        drawn = self._hold(PNG, await asyncio.to_thread(draw, picture))
        row = {"hash": drawn.hash, "media_type": PNG, "body": drawn.body, "created_at": clock.now()}
        async with self._sessions.committing() as session:
            await session.execute(insert(PassImage).values(row).on_conflict_do_nothing())
        self._hashes[picture.name] = drawn.hash
        await self._leave_hint(picture, drawn.hash)
        return drawn

    def _hold(self, media_type: str, body: bytes) -> KeptImage:
        image = KeptImage(hashlib.sha256(body).hexdigest(), media_type, body)
        self._held[image.hash] = image
        if len(self._held) > HELD_MAX:
            self._held.popitem(last=False)
        return image

    async def _hint(self, picture: Picture) -> str | None:
        try:
            hint = await self._redis.hget(HINTS, picture.name)  # type: ignore[misc]
        except (RedisError, OSError) as error:
            log.warning("redis_away", error=type(error).__name__, consequence="a picture may be drawn again")
            return None
        return hint.decode() if hint else None

    async def _leave_hint(self, picture: Picture, hash_: str) -> None:
        try:
            await self._redis.hset(HINTS, picture.name, hash_)  # type: ignore[misc]
        except (RedisError, OSError) as error:
            log.warning("redis_away", error=type(error).__name__, consequence="a picture may be drawn again")
