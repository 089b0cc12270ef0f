"""Wallet calls for administrators: provider status, runs over passes, the passes of one card."""

from urllib.parse import quote

from backend.operations.task_runs.schemas import TaskRunQueued
from backend.operations.wallets.schemas import CardPasses, RetryView, SyncRequest, WalletStatus
from frontend.api.client import Caller


async def get_wallet_status(caller: Caller) -> WalletStatus:
    """Calls Google and Apple, so it may take seconds."""
    return await caller.get("/admin/loyalty/wallet-status", WalletStatus)


async def check_wallets(caller: Caller) -> WalletStatus:
    """Calls Google and Apple, and clears a stop when Google accepts us again."""
    return await caller.post("/admin/loyalty/wallets/check", None, WalletStatus)


async def sync_wallets(caller: Caller, form: SyncRequest) -> TaskRunQueued:
    return await caller.post("/admin/loyalty/wallets/sync", form, TaskRunQueued)


async def get_card_passes(caller: Caller, card: str) -> CardPasses:
    """`card` is a card code or a card id."""
    return await caller.get(_card(card), CardPasses)


async def retry_card_pass(caller: Caller, card: str, provider: str) -> RetryView:
    """Sends the pass now and returns the outcome."""
    return await caller.post(f"{_card(card)}/{quote(provider, safe='')}/retry", None, RetryView)


def _card(card: str) -> str:
    return f"/admin/loyalty/wallets/cards/{quote(card, safe='')}"
