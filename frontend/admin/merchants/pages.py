"""Every handler of the merchants' pages."""

from litestar import Router

from frontend.admin.merchants.details import take_details, take_program
from frontend.admin.merchants.features import show_features, take_switch
from frontend.admin.merchants.on_behalf import take_on_behalf
from frontend.admin.merchants.opening import show_new_merchant, take_new_merchant
from frontend.admin.merchants.people import take_owner_invitation, take_owner_resend, take_owner_withdrawal
from frontend.admin.merchants.policy import show_policy, take_policy
from frontend.admin.merchants.stores import take_new_store, take_store_change
from frontend.admin.merchants.views import show_merchant, show_merchants

MERCHANT_PAGES = Router(
    path="/",
    route_handlers=[
        show_merchants,
        show_new_merchant,
        take_new_merchant,
        show_merchant,
        take_details,
        take_program,
        show_policy,
        take_policy,
        show_features,
        take_switch,
        take_new_store,
        take_store_change,
        take_on_behalf,
        take_owner_invitation,
        take_owner_resend,
        take_owner_withdrawal,
    ],
)
