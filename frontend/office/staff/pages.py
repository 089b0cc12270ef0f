"""Every handler of the staff's pages."""

from litestar import Router

from frontend.office.staff.editor import show_member, take_member, take_removal, take_unlock
from frontend.office.staff.invite import show_invite, take_invite
from frontend.office.staff.views import show_staff, take_resend_invitation, take_withdrawal
from frontend.permissions.views import show_office_permissions

STAFF_PAGES = Router(
    path="/",
    route_handlers=[
        show_staff,
        show_invite,
        take_invite,
        show_member,
        take_member,
        take_removal,
        take_unlock,
        take_resend_invitation,
        take_withdrawal,
        show_office_permissions,
    ],
)
