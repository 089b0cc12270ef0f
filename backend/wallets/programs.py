"""Programs that a provider refuses. Each run sends them again, so that their cards recover without an operator."""

from uuid import UUID

import structlog

from backend.core.clock import clock
from backend.wallets.ports import CardSnapshot, Misconfigured, Permanent, Provider, Transient, WalletProvider
from backend.wallets.snapshot import find_snapshot
from backend.wallets.sync import WalletSync
from backend.wallets.wallet_links import find_card_of_refused_program, retry_refused_program

log = structlog.get_logger()


async def retry_refused_programs(sync: WalletSync, merchant_id: UUID) -> None:
    """One call per provider that has refused the merchant's program. When it is accepted, its cards are due."""
    for name, provider in sync.providers.items():
        if await _is_accepted_now(sync, merchant_id, provider):
            async with sync.sessions.committing(merchant_id) as session:
                await retry_refused_program(session, merchant_id, name)


async def _is_accepted_now(sync: WalletSync, merchant_id: UUID, provider: WalletProvider) -> bool:
    """False also when the program was not refused. No error leaves this function: the other programs go on."""
    facts = {"provider": provider.name, "merchant_id": str(merchant_id)}
    try:
        card = await _refused_card(sync, merchant_id, provider.name)
        if card is None:
            return False
        await provider.ensure_program(card.program, anyway=True)
    except (Transient, Permanent, Misconfigured) as failure:
        log.warning("wallet_program_refused", **facts, code=failure.code)
        return False
    except Exception:
        log.exception("wallet_program_failed", **facts)
        return False
    return True


async def _refused_card(sync: WalletSync, merchant_id: UUID, provider: Provider) -> CardSnapshot | None:
    async with sync.sessions.committing(merchant_id) as session:
        card_id = await find_card_of_refused_program(session, merchant_id, provider)
        return await find_snapshot(session, sync.links, merchant_id, card_id, clock.now()) if card_id else None
