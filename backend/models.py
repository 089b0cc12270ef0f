"""Every slice's tables on one page, for migrations."""

from backend.access.models import FeatureOverride
from backend.api_keys.models import ApiKey
from backend.audit.models import AuditEntry, AuditHead, PlatformAuditEntry, PlatformAuditHead
from backend.core.models import Event, OutboxMessage, PlatformRow, StoredAnswer, TenantRow
from backend.devices.models import Device, DeviceNonce, DeviceToken, FailedPinReport, PairingCode
from backend.identity.customers.models import CustomerSession, CustomerSignIn
from backend.identity.invitations.models import Invitation
from backend.identity.models import (
    AccessToken,
    FactorTry,
    Passkey,
    PasswordReset,
    PasswordResetRequest,
    RecoveryCode,
    SignInChallenge,
)
from backend.identity.on_behalf.models import OnBehalfSession
from backend.loyalty.cards.models import Card, RetiredCode
from backend.loyalty.categories.models import Category
from backend.loyalty.customers.models import Customer, CustomerWord
from backend.loyalty.device_sync.models import DeviceSnapshot
from backend.loyalty.enrollment.models import CardLinkQuestion
from backend.loyalty.fraud_limits.models import FraudLimit
from backend.loyalty.ledger.models.holds import Hold
from backend.loyalty.ledger.models.lots import Allocation, Lot
from backend.loyalty.ledger.models.merges import CardMerge
from backend.loyalty.ledger.models.transactions import OrderReference, Transaction, TransactionCategory
from backend.loyalty.marketing.models import MarketingPlan, MarketingSlot
from backend.loyalty.offline.models import DeviceOperation
from backend.loyalty.pictures.models import MerchantPicture
from backend.loyalty.previews.models import ProgramPreview
from backend.loyalty.programs.models import Program, TermsVersion
from backend.loyalty.retention.models import CustomerCount, VisitInterval
from backend.loyalty.rewards.models import Reward, RewardStore
from backend.merchants.models import Merchant, Policy, Store, StoreCode
from backend.messaging.connection_test.models import ConnectionTest
from backend.messaging.models import EmailLog, MailAllowance, PlatformMail, SuppressedMailbox
from backend.messaging.template_editing.models import (
    EmailTemplate,
    EmailTemplateOverride,
    EmailTemplateOverrideVersion,
    EmailTemplateVersion,
)
from backend.operations.heartbeats.models import ProcessHeartbeat
from backend.operations.task_runs.models import TaskRun
from backend.operations.test_data.models import WalkedStep
from backend.operations.timed_jobs.models import TimedJob
from backend.settings.models import SettingOverride, SettingVersion
from backend.staff.models import MerchantMember, StoreMember, User
from backend.staff_pins.grants.models import OfflineGrant, OfflineRules
from backend.staff_pins.models import StaffPin
from backend.wallets.models import (
    AppleDevice,
    ApplePass,
    AppleRegistration,
    GoogleCallback,
    GoogleProgram,
    PassImage,
    WalletLink,
    WalletNotification,
)
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint

metadata = PlatformRow.metadata

__all__ = [
    "AccessToken",
    "Allocation",
    "ApiKey",
    "AppleDevice",
    "ApplePass",
    "AppleRegistration",
    "AuditEntry",
    "AuditHead",
    "Card",
    "CardLinkQuestion",
    "CardMerge",
    "Category",
    "ConnectionTest",
    "Customer",
    "CustomerCount",
    "CustomerSession",
    "CustomerSignIn",
    "CustomerWord",
    "Device",
    "DeviceNonce",
    "DeviceOperation",
    "DeviceSnapshot",
    "DeviceToken",
    "EmailLog",
    "EmailTemplate",
    "EmailTemplateOverride",
    "EmailTemplateOverrideVersion",
    "EmailTemplateVersion",
    "Event",
    "FactorTry",
    "FailedPinReport",
    "FeatureOverride",
    "FraudLimit",
    "GoogleCallback",
    "GoogleProgram",
    "Hold",
    "Invitation",
    "Lot",
    "MailAllowance",
    "MarketingPlan",
    "MarketingSlot",
    "Merchant",
    "MerchantMember",
    "MerchantPicture",
    "OfflineGrant",
    "OfflineRules",
    "OnBehalfSession",
    "OrderReference",
    "OutboxMessage",
    "PairingCode",
    "PassImage",
    "Passkey",
    "PasswordReset",
    "PasswordResetRequest",
    "PlatformAuditEntry",
    "PlatformAuditHead",
    "PlatformMail",
    "PlatformRow",
    "Policy",
    "ProcessHeartbeat",
    "Program",
    "ProgramPreview",
    "RecoveryCode",
    "RetiredCode",
    "Reward",
    "RewardStore",
    "SettingOverride",
    "SettingVersion",
    "SignInChallenge",
    "StaffPin",
    "Store",
    "StoreCode",
    "StoreMember",
    "StoredAnswer",
    "SuppressedMailbox",
    "TaskRun",
    "TenantRow",
    "TermsVersion",
    "TimedJob",
    "Transaction",
    "TransactionCategory",
    "User",
    "VisitInterval",
    "WalkedStep",
    "WalletLink",
    "WalletNotification",
    "WebhookDelivery",
    "WebhookEndpoint",
    "metadata",
]
