"""Builds a .pkpass file in a thread, in about a millisecond. Each build has its own pass object."""

import asyncio
from datetime import datetime

from backend.wallets.apple.archive import zip_entries
from backend.wallets.apple.assets import Asset, PassAssets
from backend.wallets.apple.pass_json import PassFacts, loyalty_pass
from backend.wallets.apple.signer import PassSigner
from backend.wallets.apple.strings import string_tables
from backend.wallets.ports import CardSnapshot

MEDIA_TYPE = "application/vnd.apple.pkpass"


class PassBuilder:
    def __init__(self, signer: PassSigner, assets: PassAssets, *, is_development: bool = False) -> None:
        self._signer = signer
        self._assets = assets
        self._is_development = is_development

    async def build(self, card: CardSnapshot, facts: PassFacts, now: datetime) -> bytes:
        assets = await self._assets.of(card.program, card.stamp_count)
        return await asyncio.to_thread(self.build_now, card, facts, assets, now)

    def build_now(self, card: CardSnapshot, facts: PassFacts, assets: list[Asset], now: datetime) -> bytes:
        """Blocks for less than a millisecond. Raises InvalidPass when phones would refuse the pass.

        Equal passes have equal bytes, except for the signature, which contains the time.
        """
        built = loyalty_pass(card, facts, now)
        built.add_assets([*assets, *string_tables(card, built.texts, now)])
        built.validate(is_development=self._is_development)
        content = built.content()
        manifest = built.manifest(content)
        return zip_entries(built.entries(content, manifest, self._signer.sign(manifest)))
