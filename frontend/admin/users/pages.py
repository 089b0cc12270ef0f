"""Every handler of the administrators' pages."""

from litestar import Router

from frontend.admin.users.views import (
    show_users,
    take_admin_invitation,
    take_admin_removal,
    take_admin_resend,
    take_admin_role,
    take_admin_withdrawal,
)
from frontend.permissions.views import show_admin_permissions

USER_PAGES = Router(
    path="/",
    route_handlers=[
        show_users,
        take_admin_invitation,
        take_admin_role,
        take_admin_removal,
        take_admin_resend,
        take_admin_withdrawal,
        show_admin_permissions,
    ],
)
