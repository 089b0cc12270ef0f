"""Removes test customers with all that is written about their cards. Safe to run twice, and to end in the middle."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import select

from backend.core.database import Sessions
from backend.core.halves import by_halves
from backend.loyalty.cards.models import Card
from backend.operations.test_data.owner import DatabaseOwner, MarkedCustomer
from backend.wallets.link_state import CARD_OF_LINK, IS_REMOVED
from backend.wallets.models import WalletLink
from backend.wallets.outcomes import OutcomeKind
from backend.wallets.sync import WalletSync

ENDED = {OutcomeKind.SYNCED, OutcomeKind.GONE}
MERGED = "a merge has connected it with a card of a real customer"
PASS = "its pass in Google Wallet could not be ended; run the command again"  # noqa: S105 - not a password
log = structlog.get_logger()


@dataclass
class RemovalReport:
    removed: Counter[str] = field(default_factory=Counter)
    """Rows by table."""
    kept: dict[str, str] = field(default_factory=dict)
    """Codes of the cards of a customer who stays, and why."""


@dataclass(frozen=True, slots=True)
class Removal:
    owner: DatabaseOwner
    sessions: Sessions
    wallets: WalletSync
    is_dry_run: bool
    report: RemovalReport

    async def run(self, merchants: Iterable[UUID]) -> None:
        for merchant_id in merchants:
            async for found in self.owner.marked_customers(merchant_id):
                for customer in found:
                    if not customer.is_free:
                        self._keep(customer, MERGED)
                free = [customer for customer in found if customer.is_free and customer.is_first]
                if free:
                    await by_halves(free, partial(self._remove, merchant_id), self._fail)

    async def _remove(self, merchant_id: UUID, customers: Sequence[MarkedCustomer]) -> None:
        if not self.is_dry_run:
            customers = [one for one in customers if await self._ends_passes(merchant_id, one)]
        everybody = [customer_id for one in customers for customer_id in one.kin]
        self.report.removed.update(await self.owner.remove(merchant_id, everybody, is_dry_run=self.is_dry_run))

    async def _ends_passes(self, merchant_id: UUID, customer: MarkedCustomer) -> bool:
        """At Google, which keeps an object of its own. Phones lose their registration at Apple with the rows."""
        links = (
            select(WalletLink.card_id)
            .join(Card, CARD_OF_LINK)
            .where(WalletLink.merchant_id == merchant_id, WalletLink.provider == "google", ~IS_REMOVED)
            .where(Card.customer_id.in_(customer.kin))
        )
        async with self.sessions.committing(merchant_id) as session:
            card_ids = list(await session.scalars(links))
        for card_id in card_ids:
            outcome = await self.wallets.end_pass(merchant_id, card_id, "google")
            if outcome.kind not in ENDED:
                self._keep(customer, PASS)
                return False
        return True

    def _fail(self, customer: MarkedCustomer, error: Exception) -> None:
        log.error("test_data_removal_failed", customer_id=str(customer.customer_id), exc_info=error)
        self._keep(customer, f"{type(error).__name__}: see the log of this time")

    def _keep(self, customer: MarkedCustomer, why: str) -> None:
        self.report.kept[", ".join(customer.codes) or str(customer.customer_id)] = why
