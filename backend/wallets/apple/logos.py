"""Merchants' logos, fetched once a day and scaled for Apple's passes. A pass waits for one second at most."""

import asyncio
import hashlib
import struct
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

import structlog
from PIL import Image, ImageOps

from backend.core.clock import clock
from backend.core.outbound.egress import NotFetched, fetch
from backend.wallets.images.pictures import SCALES
from backend.wallets.ports import ProgramSnapshot

WIDTH, HEIGHT = 160, 50
"""At scale 1."""
BYTES_MAX, PIXELS_MAX = 1024 * 1024, 4_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
WAIT_SECONDS_MAX = 1.0
"""How long the first pass waits for a logo. Afterwards it shows the initial, and later passes have the logo."""
KEPT, FAILED_KEPT = timedelta(days=1), timedelta(minutes=10)
LOGOS_MAX = 500

log = structlog.get_logger()


class NoLogo(Exception):
    """The response is not an image that can be on a pass."""


@dataclass(frozen=True, slots=True)
class Logo:
    mark: str
    """Differs for every image."""
    bodies: dict[int, bytes]
    """PNG, by scale."""


@dataclass(frozen=True, slots=True)
class _CachedLogo:
    logo: Logo | None
    until: datetime


class Logos:
    """`allows_loopback`: see `fetch`."""

    def __init__(self, *, allows_loopback: bool = False) -> None:
        self._allows_loopback = allows_loopback
        self._cache: OrderedDict[str, _CachedLogo] = OrderedDict()
        self._fetching: dict[str, asyncio.Task[None]] = {}

    async def of(self, program: ProgramSnapshot) -> Logo | None:
        """None when the merchant has no logo, or when it cannot be fetched or is not fetched yet."""
        url = program.logo_url
        if not url:
            return None
        cached = self._cache.get(url)
        if cached is None or cached.until <= clock.now():
            task = self._fetching.get(url) or self._start(url, program)
            await asyncio.wait({task}, timeout=0 if cached else WAIT_SECONDS_MAX)
            cached = self._cache.get(url)
        return cached.logo if cached else None

    async def close(self) -> None:
        for task in self._fetching.values():
            task.cancel()
        await asyncio.gather(*self._fetching.values(), return_exceptions=True)

    def _start(self, url: str, program: ProgramSnapshot) -> asyncio.Task[None]:
        task = self._fetching[url] = asyncio.create_task(self._fetch(url, str(program.merchant_id)))
        task.add_done_callback(lambda _: self._fetching.pop(url))
        return task

    async def _fetch(self, url: str, merchant_id: str) -> None:
        """The former logo stays when the new one cannot be fetched."""
        try:
            body = await fetch(url, bytes_max=BYTES_MAX, allows_loopback=self._allows_loopback)
            logo: Logo | None = await asyncio.to_thread(scale_logo, body)
            kept = KEPT
        except (NotFetched, NoLogo) as error:
            log.warning("logo_not_fetched", merchant_id=merchant_id, reason=str(error))
            former = self._cache.get(url)
            logo, kept = former.logo if former else None, FAILED_KEPT
        self._cache[url] = _CachedLogo(logo, clock.now() + kept)
        self._cache.move_to_end(url)
        if len(self._cache) > LOGOS_MAX:
            self._cache.popitem(last=False)


def scale_logo(body: bytes) -> Logo:
    """As large as the box allows, at every scale. Raises NoLogo."""
    try:
        with Image.open(BytesIO(body), formats=FORMATS) as image:
            if image.width * image.height > PIXELS_MAX:
                raise NoLogo(f"more than {PIXELS_MAX} pixels")
            picture = _upright(image)
        return Logo(hashlib.sha256(body).hexdigest(), {scale: _scaled(picture, scale) for scale in SCALES})
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError) as error:
        raise NoLogo(f"no picture that can be read: {type(error).__name__}") from error


def _upright(image: Image.Image) -> Image.Image:
    """Turned by its EXIF orientation, and 16-bit gray converted to 8 bits, where Pillow would clip."""
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I"):
        turned = turned.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    return turned.convert("RGBA")


def _scaled(picture: Image.Image, scale: int) -> bytes:
    file = BytesIO()
    box = (WIDTH * scale, HEIGHT * scale)
    ImageOps.contain(picture, box, Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()
