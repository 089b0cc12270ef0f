"""The boards of the platform and of a merchant."""

from dataclasses import replace

from sqlalchemy import select

from backend.core.clock import clock
from backend.core.resources import Resources
from backend.merchants.models import Merchant
from backend.merchants.problems import MerchantNotFound
from backend.operations.readiness.board import OF_A_PAGE, Patience, run_checks
from backend.operations.readiness.merchant.checks import MERCHANT_CHECKS
from backend.operations.readiness.platform.checks import PLATFORM_CHECKS
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.schemas import ReadinessBoard
from backend.operations.readiness.verdicts import worst
from backend.settings.live import LiveSettings


def open_probe(resources: Resources, live: LiveSettings) -> Probe:
    return Probe(
        settings=resources.settings,
        pool=resources.pool,
        sessions=resources.sessions,
        redis=resources.redis,
        keys=resources.key_ring,
        live=live,
        now=clock.now(),
    )


async def platform_board(probe: Probe, language: str, patience: Patience = OF_A_PAGE) -> ReadinessBoard:
    rows = await run_checks(probe, PLATFORM_CHECKS, language, patience)
    return ReadinessBoard(None, None, probe.now, worst(row.state for row in rows), rows)


async def merchant_board(
    probe: Probe, merchant_code: str, language: str, patience: Patience = OF_A_PAGE
) -> ReadinessBoard:
    """Raises MerchantNotFound."""
    if not merchant_code.isprintable():
        raise MerchantNotFound
    async with probe.sessions.committing() as session:
        merchant = await session.scalar(select(Merchant).where(Merchant.code == merchant_code.strip().lower()))
    if merchant is None:
        raise MerchantNotFound
    rows = await run_checks(_for(probe, merchant), MERCHANT_CHECKS, language, patience)
    return ReadinessBoard(merchant.code, merchant.name, probe.now, worst(row.state for row in rows), rows)


def _for(probe: Probe, merchant: Merchant) -> Probe:
    return replace(probe, merchant_id=merchant.id)
