"""Cards and customers of a merchant: lists, single cards, what the office does with them."""

from litestar import Router

from backend.loyalty.cards.routes import MerchantCardListController
from backend.loyalty.customers.routes import MerchantCustomerController
from backend.loyalty.ledger.routes.merchant import MerchantCardController
from backend.loyalty.ledger.routes.merchant_merges import MerchantMergeController

office_cards = Router(
    "/",
    route_handlers=[
        MerchantCardListController,
        MerchantCustomerController,
        MerchantCardController,
        MerchantMergeController,
    ],
)
