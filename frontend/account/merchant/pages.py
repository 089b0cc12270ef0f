"""Every handler that changes the merchant for whom somebody works."""

from litestar import Router

from frontend.account.merchant.views import take_merchant
from frontend.account.on_behalf.views import take_end_of_on_behalf

WORKPLACE_PAGES = Router(path="/", route_handlers=[take_merchant, take_end_of_on_behalf])
