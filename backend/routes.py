"""Contents page of the API: every router by audience. A router without `signed_in` is public."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from backend.access.guards import at_store, together
from backend.identity.guards import signed_in
from backend.identity.routes import AuthController
from backend.loyalty.enrollment.routes import StoreEnrollmentController, StorefrontController
from backend.loyalty.ledger.routes import StoreLedgerController
from backend.loyalty.till.routes import TillController
from backend.operations.docs.routes import assets, docs
from backend.operations.health import live, metrics, ready
from backend.operations.idempotency import IdempotencyController
from backend.operations.problems import problem_page
from backend.staff_pins.routes import StorePinController

BEARER = [{"token": list[str]()}]

store = Router(
    "/store",
    guards=[together(signed_in, at_store)],
    security=BEARER,
    route_handlers=[TillController, StoreLedgerController, StoreEnrollmentController, StorePinController],
)
storefront = Router("/storefront", route_handlers=[StorefrontController])
bookings = Router("/", guards=[signed_in], security=BEARER, route_handlers=[IdempotencyController])

api = Router("/api/v1", route_handlers=[AuthController, store, storefront, bookings])
about: list[ControllerRouterHandler] = [live, ready, metrics, problem_page, docs, assets]
