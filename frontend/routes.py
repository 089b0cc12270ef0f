"""Every handler of the frontend, by audience."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from environment.development import development_module
from frontend.account.forgotten.views import show_forgotten, show_new_password, take_forgotten, take_new_password
from frontend.account.invitation.views import show_invitation, take_invitation
from frontend.account.merchant.pages import WORKPLACE_PAGES
from frontend.account.preferences.views import take_preferences
from frontend.account.profile.routes import PROFILE
from frontend.account.sign_in.second_step import offer_passkey, take_passkey, take_second_step
from frontend.account.sign_in.views import (
    show_sign_in,
    show_start,
    show_stores,
    take_sign_in,
    take_sign_out,
    take_store,
)
from frontend.admin.emails.failed import show_failed, take_failed
from frontend.admin.emails.views import show_email, show_emails, take_resend
from frontend.admin.guard import require_admin
from frontend.admin.jobs.pages import JOB_PAGES
from frontend.admin.merchants.pages import MERCHANT_PAGES
from frontend.admin.overview.views import show_admin
from frontend.admin.passes.views import retry_pass, show_passes
from frontend.admin.readiness.views import show_readiness
from frontend.admin.settings.connection_test import take_connection_test, use_suggestion
from frontend.admin.settings.views import show_category, show_settings, take_category, take_reset
from frontend.admin.users.pages import USER_PAGES
from frontend.admin.wallets.views import check_now, show_state, show_wallets, start_run
from frontend.api.responses import BackendUnavailable
from frontend.audit.pages import ADMIN_AUDIT
from frontend.card.account.routes import CUSTOMER_ACCOUNT
from frontend.card.views import send_card_link, show_card_page, show_lost_card, take_card_language
from frontend.email_templates.pages import ADMIN_TEMPLATES
from frontend.join.views import show_join, take_join
from frontend.kit.assets import show_asset
from frontend.kit.brand_color import show_brand
from frontend.kit.pictures import show_picture
from frontend.office.pages import OFFICE
from frontend.settings import Settings
from frontend.system.pair import show_pair
from frontend.system.views import show_live, show_offline, show_ready, show_service_worker, take_csp_reports
from frontend.till.card.views import (
    add_stamp,
    confirm_hold,
    earn_points,
    mark_test,
    redeem_reward,
    redeem_stamps,
    release_hold,
    relink_card,
    show_card,
    show_card_of_button,
)
from frontend.till.enrollment.views import enroll_customer, show_enrollment
from frontend.till.explanation.views import show_explanation
from frontend.till.finder.views import find_customer
from frontend.till.lock.views import lock_till, require_unlocked_till, unlock_till
from frontend.till.outcome import show_outcome
from frontend.till.pins.views import PIN_PAGES
from frontend.till.ready.views import show_till
from frontend.till.returns.receipts import look_up_return, return_by_receipt
from frontend.till.returns.views import void_booking
from frontend.till.today.views import show_history, show_today
from frontend.till.unanswered import show_booking_state, show_unavailable
from frontend.unsubscribe.views import show_email_choices, take_resume, take_unsubscribe

TILL = Router(
    path="/",
    before_request=require_unlocked_till,
    exception_handlers={BackendUnavailable: show_unavailable},
    route_handlers=[
        show_till,
        find_customer,
        show_card,
        show_card_of_button,
        earn_points,
        add_stamp,
        redeem_reward,
        redeem_stamps,
        confirm_hold,
        release_hold,
        relink_card,
        mark_test,
        show_enrollment,
        enroll_customer,
        show_today,
        show_history,
        show_explanation,
        void_booking,
        look_up_return,
        return_by_receipt,
        show_booking_state,
        show_outcome,
        lock_till,
        *PIN_PAGES,
    ],
)
ADMIN = Router(
    path="/",
    before_request=require_admin,
    route_handlers=[
        show_admin,
        show_readiness,
        show_wallets,
        show_state,
        check_now,
        start_run,
        JOB_PAGES,
        show_passes,
        retry_pass,
        show_settings,
        show_category,
        take_category,
        take_reset,
        take_connection_test,
        use_suggestion,
        ADMIN_TEMPLATES,
        show_emails,
        show_failed,
        take_failed,
        show_email,
        take_resend,
        MERCHANT_PAGES,
        USER_PAGES,
        ADMIN_AUDIT,
    ],
)
ACCOUNT: list[ControllerRouterHandler] = [
    show_start,
    show_sign_in,
    take_sign_in,
    show_stores,
    take_store,
    WORKPLACE_PAGES,
    take_sign_out,
    take_preferences,
    take_second_step,
    offer_passkey,
    take_passkey,
    show_forgotten,
    take_forgotten,
    show_new_password,
    take_new_password,
    show_invitation,
    take_invitation,
    unlock_till,
]
CUSTOMERS: list[ControllerRouterHandler] = [
    show_join,
    take_join,
    show_card_page,
    show_lost_card,
    send_card_link,
    take_card_language,
    show_email_choices,
    take_unsubscribe,
    take_resume,
    *CUSTOMER_ACCOUNT,
    show_brand,
    show_picture,
]
SYSTEM: list[ControllerRouterHandler] = [
    show_asset,
    show_live,
    show_ready,
    show_offline,
    show_pair,
    show_service_worker,
    take_csp_reports,
]


def handlers(settings: Settings) -> list[ControllerRouterHandler]:
    """The development pages are added where they are installed, and never in production."""
    development = None if settings.is_production else development_module("frontend.dev.routes")
    pages = [TILL, OFFICE, ADMIN, PROFILE, *ACCOUNT, *CUSTOMERS, *SYSTEM]
    return [*pages, *(development.handlers(settings) if development else [])]
