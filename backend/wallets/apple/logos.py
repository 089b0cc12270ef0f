"""Merchants' own logos, fetched once a day and fitted into Apple's box. No pass waits long for one, and none fails."""

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
PATIENCE_SECONDS = 1.0
"""So long the first pass waits for a logo; then it shows the initial, and the next one has the logo."""
KEPT, FAILED_KEPT = timedelta(days=1), timedelta(minutes=10)
LOGOS_MAX = 500

log = structlog.get_logger()


class NoLogo(Exception):
    """Not a picture that may be on a pass."""


@dataclass(frozen=True, slots=True)
class Logo:
    mark: str
    """Another one for another picture."""
    bodies: dict[int, bytes]
    """PNG, by scale."""


@dataclass(frozen=True, slots=True)
class _Held:
    logo: Logo | None
    until: datetime


class Logos:
    """`allows_loopback`: see `fetch`."""

    def __init__(self, *, allows_loopback: bool = False) -> None:
        self._allows_loopback = allows_loopback
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._fetching: dict[str, asyncio.Task[None]] = {}

    async def of(self, program: ProgramSnapshot) -> Logo | None:
        """None: it has none, it cannot be had, or not yet."""
        url = program.logo_url
        if not url:
            return None
        held = self._held.get(url)
        if held is None or held.until <= clock.now():
            task = self._fetching.get(url) or self._start(url, program)
            await asyncio.wait({task}, timeout=0 if held else PATIENCE_SECONDS)
            held = self._held.get(url)
        return held.logo if held else None

    async def close(self) -> None:
        for task in self._fetching.values():
            task.cancel()
        await asyncio.gather(*self._fetching.values(), return_exceptions=True)

    def _start(self, url: str, program: ProgramSnapshot) -> asyncio.Task[None]:
        task = self._fetching[url] = asyncio.create_task(self._fetch(url, str(program.merchant_id)))
        task.add_done_callback(lambda _: self._fetching.pop(url))
        return task

    async def _fetch(self, url: str, merchant_id: str) -> None:
        """What was had before is shown as long as it cannot be had again."""
        try:
            body = await fetch(url, bytes_max=BYTES_MAX, allows_loopback=self._allows_loopback)
            logo: Logo | None = await asyncio.to_thread(fitted, body)
            kept = KEPT
        except (NotFetched, NoLogo) as error:
            log.warning("logo_not_fetched", merchant_id=merchant_id, reason=str(error))
            before = self._held.get(url)
            logo, kept = before.logo if before else None, FAILED_KEPT
        self._held[url] = _Held(logo, clock.now() + kept)
        self._held.move_to_end(url)
        if len(self._held) > LOGOS_MAX:
            self._held.popitem(last=False)


def fitted(body: bytes) -> Logo:
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
    """As people see it: turned as the camera noted, and 16 bits of gray brought down to 8, where Pillow would clip."""
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I"):
        turned = turned.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    return turned.convert("RGBA")


def _scaled(picture: Image.Image, scale: int) -> bytes:
    file = BytesIO()
    box = (WIDTH * scale, HEIGHT * scale)
    ImageOps.contain(picture, box, Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()
