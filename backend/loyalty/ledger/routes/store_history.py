"""The history of a card and of a store, at the till."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.access.guards import requires
from backend.access.permissions import VIEW_PROGRAMS
from backend.access.problems import STAFF
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.schemas import Page
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.history import get_transaction, list_transactions
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.loyalty.ledger.problems.returns import TransactionNotFound
from backend.loyalty.ledger.routes.history import card_history, history_page
from backend.loyalty.ledger.schemas import TransactionView


class StoreHistoryController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Store"]

    @get(
        "/cards/{card_id:uuid}/transactions",
        operation_id="listCardTransactions",
        summary="The card's history, newest first",
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, CardNotFound, CursorExpired, ValidationFailed),
    )
    async def card_transactions(
        self,
        card_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        cursors: NamedDependency[Cursors],
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[TransactionView]:
        return await card_history(ledger, origin, cursors, card_id, limit=limit, after=after)

    @get(
        "/transactions/{transaction_id:uuid}",
        operation_id="getTransaction",
        summary="One transaction, by its id",
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, TransactionNotFound),
    )
    async def transaction(
        self, transaction_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> TransactionView:
        return (await get_transaction(ledger.pool, origin, transaction_id)).view(origin.language)

    @get(
        "/transactions",
        operation_id="listStoreTransactions",
        summary="The store's bookings, newest first",
        description="Transactions of all cards at this store.",
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, CursorExpired, ValidationFailed),
    )
    async def store_transactions(
        self,
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        cursors: NamedDependency[Cursors],
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[TransactionView]:
        scope = f"store:{origin.store_id}"
        position = cursors.read(scope, after, origin.now)
        rows = await list_transactions(
            ledger.pool, origin.merchant_id, store_id=origin.store_id, after=position, limit=limit
        )
        return history_page(rows, limit, origin, cursors, scope)
