"""The pictures inside a pass, ready to be listed in a manifest and put into an archive: made once per design."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from backend.wallets.apple.logos import Logo, Logos
from backend.wallets.apple.zipping import ZipEntry
from backend.wallets.images import pictures
from backend.wallets.images.actions import PassImages
from backend.wallets.images.pictures import SCALES, Picture
from backend.wallets.ports import ProgramSnapshot

DESIGNS_MAX = 500
"""Of about 60 KiB each."""

Design = tuple[str, str, str, int, int, str]


@dataclass(frozen=True, slots=True)
class Asset:
    name: str
    sha1: str
    """What the manifest lists."""
    entry: ZipEntry

    @classmethod
    def of(cls, name: str, body: bytes) -> "Asset":
        return cls(name, sha1(body), ZipEntry.of(name, body))


class PassAssets:
    """Without `logos`, every merchant has an initial."""

    def __init__(self, images: PassImages, logos: Logos | None = None) -> None:
        self._images = images
        self._logos = logos
        self._held: OrderedDict[Design, list[Asset]] = OrderedDict()

    async def of(self, program: ProgramSnapshot, stamp_count: int) -> list[Asset]:
        """Icon, logo and strip, at every scale."""
        shown = min(stamp_count, program.stamps_target)
        logo = await self._logos.of(program) if self._logos else None
        mark = logo.mark if logo else ""
        design = (program.card_color, program.merchant_name, program.type, program.stamps_target, shown, mark)
        held = self._held.get(design)
        if held is None:
            held = await self._made(program, stamp_count, logo)
            self._held[design] = held
            if len(self._held) > DESIGNS_MAX:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(design)
        return held

    async def _made(self, program: ProgramSnapshot, stamp_count: int, logo: Logo | None) -> list[Asset]:
        own = {_named("logo", scale): body for scale, body in logo.bodies.items()} if logo else {}
        return [
            Asset.of(name, own.get(name) or (await self._images.keep(picture)).body)
            for name, picture in _pictures(program, stamp_count).items()
        ]


def sha1(body: bytes) -> str:
    """Apple's manifests name files by it; nothing depends on its strength, the signature covers the manifest."""
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()


def _pictures(program: ProgramSnapshot, stamp_count: int) -> dict[str, Picture]:
    return {
        _named(name, scale): picture
        for scale in SCALES
        for name, picture in (
            ("icon", pictures.icon(program, scale)),
            ("logo", pictures.logo(program, scale)),
            ("strip", pictures.strip(program, stamp_count, scale)),
        )
    }


def _named(name: str, scale: int) -> str:
    return f"{name}{'' if scale == 1 else f'@{scale}x'}.png"
