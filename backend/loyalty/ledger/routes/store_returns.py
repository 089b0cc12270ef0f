"""Voids and returns at the till."""

from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import API_KEYS, all_of, limited, requires
from backend.access.permissions import VOID_TRANSACTIONS
from backend.access.problems import STAFF
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.devices.principal import TILL_ONLY
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.operations.void import VoidTransaction
from backend.loyalty.ledger.problems.returns import OrderChanged
from backend.loyalty.ledger.return_preview import preview_return
from backend.loyalty.ledger.routes.booking_route import TRANSACTIONS, VOID, Caller, booking_route, respond
from backend.loyalty.ledger.routes.problem_sets import AT_TILL, OF_CARD, OF_ORDER, UNDOING, VOIDING
from backend.loyalty.ledger.schemas.returns import OrderPreview, OrderQuestion, OrderReturn, Void, VoidView


class StoreReturnController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Store"]
    opt = {API_KEYS: True}

    @booking_route(
        "/returns",
        requires(VOID_TRANSACTIONS),
        operation_id="returnOrder",
        summary="Take back what was booked for an order, by its reference",
        description="The asking store's own reference counts first. Without an amount everything booked for the order "
        "is taken back; with one, that part of its sale.",
        view=VoidView,
        limit=VOID,
        problems=(*AT_TILL, *VOIDING, *OF_ORDER, OrderChanged),
    )
    async def return_order(
        self, data: JSONBody[OrderReturn], caller: NamedDependency[Caller], ledger: NamedDependency[Ledger]
    ) -> Response[bytes]:
        request = caller.request(data, order_reference=data.order_reference)
        return respond(await ledger.book(VoidTransaction(data, data.transaction_ids), request), TRANSACTIONS)

    @post(
        "/returns/preview",
        operation_id="previewReturn",
        opt={WORKS_IN_MAINTENANCE: True},
        summary="Whose order it is, and how much a return would take back",
        description="Nothing is booked.",
        status_code=200,
        guards=[all_of(requires(VOID_TRANSACTIONS), limited("lookup", 120))],
        responses=refusals(*STAFF, ValidationFailed, *OF_CARD, *VOIDING, *OF_ORDER),
    )
    async def preview_return(
        self, data: JSONBody[OrderQuestion], origin: NamedDependency[Origin], ledger: NamedDependency[Ledger]
    ) -> OrderPreview:
        return await preview_return(ledger, origin, data)

    @booking_route(
        "/transactions/{transaction_id:uuid}/void",
        requires(VOID_TRANSACTIONS),
        operation_id="voidTransaction",
        summary="Take a sale, a stamp or a redemption back, whole or in part, or undo a return",
        description="A part of a sale by `amount_cents`, of a redemption by `quantity`; without either, all that is "
        "left. A return is undone with everything that came back in it. Within 20 seconds the sign-in that booked it "
        "undoes it without a PIN.",
        view=VoidView,
        limit=VOID,
        devices=TILL_ONLY,
        problems=(*AT_TILL, *VOIDING, *UNDOING),
    )
    async def void_transaction(
        self,
        transaction_id: FromPath[UUID],
        data: JSONBody[Void],
        caller: NamedDependency[Caller],
        ledger: NamedDependency[Ledger],
    ) -> Response[bytes]:
        request = caller.request(data, transaction_id=transaction_id)
        return respond(await ledger.book(VoidTransaction(data), request), TRANSACTIONS)
