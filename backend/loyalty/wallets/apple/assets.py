"""The pictures inside a pass, ready to be listed in a manifest and put into an archive: made once per design."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from backend.loyalty.wallets.apple.zipping import ZipEntry
from backend.loyalty.wallets.images import pictures
from backend.loyalty.wallets.images.actions import PassImages
from backend.loyalty.wallets.images.pictures import SCALES, Picture
from backend.loyalty.wallets.ports import ProgramSnapshot

DESIGNS_MAX = 500
"""Of about 60 KiB each."""

Design = tuple[str, str, str, int, int]


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
    def __init__(self, images: PassImages) -> None:
        self._images = images
        self._held: OrderedDict[Design, list[Asset]] = OrderedDict()

    async def of(self, program: ProgramSnapshot, stamp_count: int) -> list[Asset]:
        """Icon, logo and strip, at every scale."""
        shown = min(stamp_count, program.stamps_target)
        design = (program.card_color, program.merchant_name, program.type, program.stamps_target, shown)
        held = self._held.get(design)
        if held is None:
            wanted = _pictures(program, stamp_count)
            held = [Asset.of(name, (await self._images.keep(picture)).body) for name, picture in wanted.items()]
            self._held[design] = held
            if len(self._held) > DESIGNS_MAX:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(design)
        return held


def sha1(body: bytes) -> str:
    """Apple's manifests name files by it; nothing depends on its strength, the signature covers the manifest."""
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()


def _pictures(program: ProgramSnapshot, stamp_count: int) -> dict[str, Picture]:
    return {
        f"{name}{'' if scale == 1 else f'@{scale}x'}.png": picture
        for scale in SCALES
        for name, picture in (
            ("icon", pictures.icon(program, scale)),
            ("logo", pictures.logo(program, scale)),
            ("strip", pictures.strip(program, stamp_count, scale)),
        )
    }
