"""The images inside a pass, with hash and archive entry. Made once per design."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from backend.wallets.apple.archive import ZipEntry
from backend.wallets.apple.logos import Logo, Logos
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
    """As listed in the manifest."""
    entry: ZipEntry

    @classmethod
    def of(cls, name: str, body: bytes) -> "Asset":
        return cls(name, sha1(body), ZipEntry.of(name, body))


class PassAssets:
    """Without `logos`, every merchant gets the initial of its name."""

    def __init__(self, images: PassImages, logos: Logos | None = None) -> None:
        self._images = images
        self._logos = logos
        self._cache: OrderedDict[Design, list[Asset]] = OrderedDict()

    async def of(self, program: ProgramSnapshot, stamp_count: int) -> list[Asset]:
        """Icon, logo and strip, at every scale."""
        stamps = min(stamp_count, program.stamps_target)
        logo = await self._logos.of(program) if self._logos else None
        mark = logo.mark if logo else ""
        design = (program.card_color, program.merchant_name, program.type, program.stamps_target, stamps, mark)
        assets = self._cache.get(design)
        if assets is None:
            assets = await self._make(program, stamp_count, logo)
            self._cache[design] = assets
            if len(self._cache) > DESIGNS_MAX:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end(design)
        return assets

    async def _make(self, program: ProgramSnapshot, stamp_count: int, logo: Logo | None) -> list[Asset]:
        own = {_file_name("logo", scale): body for scale, body in logo.bodies.items()} if logo else {}
        return [
            Asset.of(name, own.get(name) or (await self._images.keep(picture)).body)
            for name, picture in _pictures(program, stamp_count).items()
        ]


def sha1(body: bytes) -> str:
    """The hash of Apple's manifests. Its weakness does not matter, because the manifest is signed."""
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()


def _pictures(program: ProgramSnapshot, stamp_count: int) -> dict[str, Picture]:
    return {
        _file_name(name, scale): picture
        for scale in SCALES
        for name, picture in (
            ("icon", pictures.icon(program, scale)),
            ("logo", pictures.logo(program, scale)),
            ("strip", pictures.strip(program, stamp_count, scale)),
        )
    }


def _file_name(name: str, scale: int) -> str:
    return f"{name}{'' if scale == 1 else f'@{scale}x'}.png"
