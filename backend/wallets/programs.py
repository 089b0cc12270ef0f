"""Programs that a provider does not take: asked about again by every run, so that their cards need nobody's help."""

from uuid import UUID

import structlog

from backend.core.clock import clock
from backend.wallets.links import find_refused_program, take_back_refusals
from backend.wallets.ports import CardSnapshot, Misconfigured, Permanent, Provider, Transient, WalletProvider
from backend.wallets.snapshot import find_snapshot
from backend.wallets.sync import WalletSync

log = structlog.get_logger()


async def ask_again(sync: WalletSync, merchant_id: UUID) -> None:
    """One question per provider that has refused this merchant's program; when it takes it now, its cards are due."""
    for name, provider in sync.providers.items():
        if await _is_taken(sync, merchant_id, provider):
            async with sync.sessions.committing(merchant_id) as session:
                await take_back_refusals(session, merchant_id, name)


async def _is_taken(sync: WalletSync, merchant_id: UUID, provider: WalletProvider) -> bool:
    """Not when it was not refused. One bad program never stops the others, whatever is wrong with it."""
    told = {"provider": provider.name, "merchant_id": str(merchant_id)}
    try:
        card = await _refused_card(sync, merchant_id, provider.name)
        if card is None:
            return False
        await provider.ensure_program(card.program, anyway=True)
    except (Transient, Permanent, Misconfigured) as refused:
        log.warning("wallet_program_refused", **told, code=refused.code)
        return False
    except Exception:
        log.exception("wallet_program_failed", **told)
        return False
    return True


async def _refused_card(sync: WalletSync, merchant_id: UUID, provider: Provider) -> CardSnapshot | None:
    """Any; the program is the same for all."""
    async with sync.sessions.committing(merchant_id) as session:
        card_id = await find_refused_program(session, merchant_id, provider)
        return await find_snapshot(session, sync.links, merchant_id, card_id, clock.now()) if card_id else None
