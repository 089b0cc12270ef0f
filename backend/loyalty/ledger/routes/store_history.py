"""The history of a card and of a store at the till, and what a sale would add to it."""

from dataclasses import replace
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from backend.access.features import FeatureDisabled
from backend.access.guards import API_KEYS, DEVICES, all_of, limited, requires
from backend.access.permissions import MANAGE_CARDS, VIEW_PROGRAMS
from backend.access.problems import STAFF
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.schemas import Page
from backend.devices.principal import TILL_ONLY
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.earn_preview import preview_earn
from backend.loyalty.ledger.history import TransactionFilters, get_transaction
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.loyalty.ledger.problems.returns import TransactionNotFound
from backend.loyalty.ledger.routes.history import OfCard, card_history, filtered_history, provide_filters
from backend.loyalty.ledger.routes.problem_sets import EARNING, OF_CARD
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.bookings import Earn, EarnPreview


class StoreHistoryController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Store"]
    opt = {API_KEYS: True}
    dependencies = {"transaction_filters": Provide(provide_filters, sync_to_thread=False)}

    @get(
        "/cards/{card_id:uuid}/transactions",
        operation_id="listCardTransactions",
        summary="The card's history, newest first",
        opt={DEVICES: TILL_ONLY},
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
        opt={DEVICES: TILL_ONLY},
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, TransactionNotFound),
    )
    async def transaction(
        self, transaction_id: FromPath[UUID], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> TransactionView:
        row = await get_transaction(ledger.pool, origin, transaction_id)
        return row.view(origin.language, masks=origin.device_id is not None)

    @get(
        "/transactions",
        operation_id="listStoreTransactions",
        summary="The store's transactions, newest first unless asked otherwise",
        description="Transactions of all cards at this store.",
        opt={DEVICES: TILL_ONLY},
        guards=[requires(VIEW_PROGRAMS)],
        responses=refusals(*STAFF, CursorExpired, ValidationFailed),
    )
    async def store_transactions(
        self,
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
        cursors: NamedDependency[Cursors],
        transaction_filters: NamedDependency[TransactionFilters],
        card_id: OfCard = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[TransactionView]:
        filters = replace(transaction_filters, store_id=origin.store_id, card_id=card_id)
        return await filtered_history(ledger, origin, cursors, filters, limit=limit, after=after)

    @post(
        "/cards/{card_id:uuid}/points/preview",
        operation_id="previewEarn",
        summary="What a sale would earn",
        opt={WORKS_IN_MAINTENANCE: True, DEVICES: True},
        description="Takes the body of the booking and makes its checks, apart from PIN, override and a receipt number "
        "that is used already. Nothing is booked, no key is needed, and no limit counts it.",
        status_code=200,
        guards=[all_of(requires(MANAGE_CARDS), limited("preview_earn", lambda limits: limits.earn_per_minute))],
        responses={200: success(EarnPreview)} | refusals(*STAFF, ValidationFailed, FeatureDisabled, *OF_CARD, *EARNING),
    )
    async def preview_earn(
        self,
        card_id: FromPath[UUID],
        data: JSONBody[Earn],
        origin: NamedDependency[Origin],
        ledger: NamedDependency[Ledger],
    ) -> EarnPreview:
        return await preview_earn(ledger, origin, card_id, data)
