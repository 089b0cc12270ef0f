"""Every slice's tables on one page, for migrations."""

from backend.access.models import FeatureOverride
from backend.core.models import Event, OutboxMessage, PlatformRow, StoredAnswer, TenantRow
from backend.identity.models import AccessToken
from backend.loyalty.cards.models import Card
from backend.loyalty.categories.models import Category
from backend.loyalty.customers.models import Customer, CustomerWord
from backend.loyalty.ledger.models import Allocation, Lot, Transaction, TransactionCategory
from backend.loyalty.programs.models import Program, TermsVersion
from backend.loyalty.rewards.models import Reward, RewardStore
from backend.merchants.models import Merchant, Policy, Store, StoreCode
from backend.messaging.models import EmailLog
from backend.staff.models import StoreMember, User
from backend.staff_pins.models import StaffPin

metadata = PlatformRow.metadata

__all__ = [
    "AccessToken",
    "Allocation",
    "Card",
    "Category",
    "Customer",
    "CustomerWord",
    "EmailLog",
    "Event",
    "FeatureOverride",
    "Lot",
    "Merchant",
    "OutboxMessage",
    "PlatformRow",
    "Policy",
    "Program",
    "Reward",
    "RewardStore",
    "StaffPin",
    "Store",
    "StoreCode",
    "StoreMember",
    "StoredAnswer",
    "TenantRow",
    "TermsVersion",
    "Transaction",
    "TransactionCategory",
    "User",
    "metadata",
]
