"""The pages of a person's own account."""

from litestar import Router

from frontend.account.profile.authenticator import (
    show_authenticator,
    take_authenticator,
    take_authenticator_removal,
)
from frontend.account.profile.confirm import offer_confirmation, show_confirmation, take_confirmation
from frontend.account.profile.guard import require_person
from frontend.account.profile.passkeys import (
    offer_new_passkey,
    show_new_passkey,
    take_new_passkey,
    take_passkey_name,
    take_passkey_removal,
)
from frontend.account.profile.password import show_password, take_password
from frontend.account.profile.pin import show_own_pin, take_own_pin
from frontend.account.profile.recovery_codes import take_recovery_codes
from frontend.account.profile.views import show_profile, take_session_end, take_sessions_end

PROFILE = Router(
    path="/",
    before_request=require_person,
    route_handlers=[
        show_profile,
        take_session_end,
        take_sessions_end,
        show_confirmation,
        take_confirmation,
        offer_confirmation,
        show_password,
        take_password,
        show_authenticator,
        take_authenticator,
        take_authenticator_removal,
        show_new_passkey,
        take_new_passkey,
        offer_new_passkey,
        take_passkey_name,
        take_passkey_removal,
        take_recovery_codes,
        show_own_pin,
        take_own_pin,
    ],
)
