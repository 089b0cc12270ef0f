"""Every router of the API, by audience. A router without the guard `signed_in` or `identified` is public."""

from litestar import Router

from backend.access.features import LOYALTY
from backend.access.guards import API_KEYS, ON_BEHALF, all_of, at_store, with_feature
from backend.administration.routes.invitations import AdminMerchantInvitationController
from backend.administration.routes.merchants import AdminMerchantController
from backend.administration.routes.stores import AdminStoreController
from backend.core.request_checks import ANY_QUERY, check_request
from backend.devices.routes.commands import MerchantDeviceCommandController
from backend.devices.routes.merchant import MerchantDeviceController
from backend.devices.routes.store import DevicePinController
from backend.identity.api_keys.routes import MerchantApiKeyController, OwnApiKeyController
from backend.identity.customers.routes import CustomerSignInController, OwnAccountController
from backend.identity.device_router import devices
from backend.identity.factors.routes.own import OwnFactorController
from backend.identity.factors.routes.passkeys import OwnPasskeyController
from backend.identity.factors.routes.sign_in import SignInStepController
from backend.identity.guards import identified, signed_in
from backend.identity.invitations.routes.admin import AdminInvitationController
from backend.identity.invitations.routes.merchant import MerchantInvitationController
from backend.identity.invitations.routes.storefront import InvitationController
from backend.identity.members.routes import MerchantStaffController
from backend.identity.on_behalf.routes import AdminOnBehalfController, OnBehalfController
from backend.identity.passwords.routes import PasswordController
from backend.identity.permissions.routes import PermissionController
from backend.identity.pins.routes import ColleaguePinController
from backend.identity.platform_users.routes import PlatformUserController
from backend.identity.routes import AuthController
from backend.identity.sessions.routes import OwnSessionController
from backend.identity.takeover.routes import TakeoverController
from backend.identity.workplaces.routes import WorkplaceController
from backend.loyalty.email_templates.routes import MerchantTemplateController
from backend.loyalty.email_templates.trial_routes import MerchantTemplateTrialController
from backend.loyalty.enrollment.routes.store import StoreEnrollmentController
from backend.loyalty.enrollment.routes.storefront import StorefrontController
from backend.loyalty.explanations.routes.admin import AdminExplanationController
from backend.loyalty.explanations.routes.merchant import MerchantExplanationController
from backend.loyalty.explanations.routes.store import StoreExplanationController
from backend.loyalty.fraud_limits.routes import MerchantFraudLimitController
from backend.loyalty.ledger.routes.admin import AdminCardController
from backend.loyalty.ledger.routes.store import StoreBookingController
from backend.loyalty.ledger.routes.store_history import StoreHistoryController
from backend.loyalty.ledger.routes.store_holds import StoreHoldController
from backend.loyalty.ledger.routes.store_returns import StoreReturnController
from backend.loyalty.marketing.routes.merchant import MerchantMarketingController
from backend.loyalty.marketing.routes.storefront import EmailChoicesController
from backend.loyalty.office_router import office_cards
from backend.loyalty.offline.routes.merchant import MerchantOfflineRuleController, MerchantReviewController
from backend.loyalty.offline.routes.pins import StorePinController
from backend.loyalty.pictures.routes.merchant import MerchantPictureController
from backend.loyalty.pictures.routes.storefront import PictureController
from backend.loyalty.previews.routes import MerchantPreviewController
from backend.loyalty.rewards.routes import MerchantRewardController
from backend.loyalty.till.routes.merchant import MerchantFinderController, MerchantTodayController
from backend.loyalty.till.routes.store import TillController
from backend.merchants.features.routes import AdminFeatureController, MerchantFeatureController
from backend.merchants.policy.routes import AdminPolicyController, MerchantPolicyController
from backend.messaging.connection_test.routes import ConnectionTestController
from backend.messaging.failed_mails.routes import AdminFailedEmailController
from backend.messaging.routes.admin import AdminEmailController
from backend.messaging.routes.sendgrid import SendgridEventController
from backend.messaging.template_editing.routes import AdminTemplateController
from backend.messaging.template_editing.trial_routes import AdminTemplateTrialController
from backend.operations.audit.routes.admin import AdminAuditController
from backend.operations.audit.routes.merchant import MerchantAuditController
from backend.operations.idempotency import IdempotencyController
from backend.operations.routes import OPERATIONS
from backend.settings.routes.admin import SettingsController
from backend.settings.routes.storefront import BrandingController
from backend.wallets.apple.routes import AppleWebService, PassDownloadController
from backend.wallets.google.routes import GoogleCallbackController
from backend.wallets.images.routes import PassImageController
from backend.wallets.routes import GoogleSaveController
from backend.webhooks.routes.deliveries import MerchantWebhookDeliveryController
from backend.webhooks.routes.merchant import MerchantWebhookController

BEARER = [{"token": list[str]()}]

store = Router(
    "/store",
    guards=[all_of(identified, at_store, with_feature(LOYALTY))],
    security=BEARER,
    route_handlers=[
        TillController,
        StoreBookingController,
        StoreHoldController,
        StoreHistoryController,
        StoreReturnController,
        StoreExplanationController,
        StoreEnrollmentController,
        StorePinController,
        ColleaguePinController,
        TakeoverController,
        DevicePinController,
    ],
)
merchant = Router(
    "/merchant",
    guards=[signed_in],
    opt={ON_BEHALF: True},
    security=BEARER,
    route_handlers=[
        OnBehalfController,
        MerchantPolicyController,
        MerchantFeatureController,
        office_cards,
        MerchantFinderController,
        MerchantTodayController,
        MerchantExplanationController,
        MerchantFraudLimitController,
        MerchantPreviewController,
        MerchantPictureController,
        MerchantRewardController,
        MerchantMarketingController,
        MerchantTemplateController,
        MerchantTemplateTrialController,
        MerchantAuditController,
        MerchantStaffController,
        MerchantInvitationController,
        MerchantDeviceController,
        MerchantDeviceCommandController,
        MerchantReviewController,
        MerchantOfflineRuleController,
        MerchantApiKeyController,
        MerchantWebhookController,
        MerchantWebhookDeliveryController,
    ],
)
storefront = Router(
    "/storefront",
    route_handlers=[
        StorefrontController,
        EmailChoicesController,
        CustomerSignInController,
        OwnAccountController,
        PassDownloadController,
        GoogleSaveController,
        PassImageController,
        PictureController,
        BrandingController,
        InvitationController,
    ],
)
admin = Router(
    "/admin",
    guards=[signed_in],
    security=BEARER,
    route_handlers=[
        AdminMerchantController,
        AdminOnBehalfController,
        AdminStoreController,
        AdminMerchantInvitationController,
        AdminPolicyController,
        AdminFeatureController,
        *OPERATIONS,
        AdminCardController,
        AdminExplanationController,
        AdminEmailController,
        AdminFailedEmailController,
        SettingsController,
        ConnectionTestController,
        AdminTemplateController,
        AdminTemplateTrialController,
        AdminAuditController,
        PlatformUserController,
        AdminInvitationController,
    ],
)
apple = Router("/apple", opt={ANY_QUERY: True}, route_handlers=[AppleWebService])
OF_KEYS = {API_KEYS: True}
bookings = Router("/", guards=[identified], opt=OF_KEYS, security=BEARER, route_handlers=[IdempotencyController])

api = Router(
    "/api/v1",
    before_request=check_request,
    route_handlers=[
        AuthController,
        SignInStepController,
        OwnFactorController,
        OwnPasskeyController,
        PasswordController,
        OwnSessionController,
        WorkplaceController,
        PermissionController,
        devices,
        OwnApiKeyController,
        store,
        merchant,
        storefront,
        admin,
        apple,
        GoogleCallbackController,
        SendgridEventController,
        bookings,
    ],
)
