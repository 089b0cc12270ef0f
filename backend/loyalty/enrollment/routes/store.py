"""Enrolling at the till."""

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.access.guards import all_of, limited, requires
from backend.access.permissions import MANAGE_CARDS
from backend.access.problems import STAFF
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.enrollment.schemas import (
    Enroll,
    EnrollView,
)
from backend.loyalty.ledger.problems.bookings import AlreadyBooked, ProgramInactive
from backend.loyalty.ledger.problems.cards import CardBusy
from backend.loyalty.ledger.routes.booking_route import Caller, OptionalKey, respond
from backend.loyalty.ledger.routes.problem_sets import KEYED


class StoreEnrollmentController(Controller):
    path = "/loyalty"
    tags = ["Loyalty - Store"]

    @post(
        "/cards/enroll",
        operation_id="enrollCustomer",
        summary="Enroll a customer, or find the card they have",
        description="200 with `already_enrolled: true` when the customer has a card here.",
        guards=[
            all_of(
                requires(MANAGE_CARDS), limited("enroll", lambda limits: limits.enroll_per_minute, keeps_answers=True)
            )
        ],
        responses={201: success(EnrollView), 200: success(EnrollView)}
        | refusals(*STAFF, *KEYED, ProgramInactive, AlreadyBooked, CardBusy),
    )
    async def enroll(
        self,
        data: JSONBody[Enroll],
        origin: NamedDependency[Origin],
        enrollment: NamedDependency[Enrollment],
        idempotency_key: OptionalKey = None,
    ) -> Response[bytes]:
        caller = Caller(origin, idempotency_key)
        return respond(await enrollment.by_staff(caller.origin, data, caller.optional_key(data)))
