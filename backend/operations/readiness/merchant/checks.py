"""What is looked at for one merchant."""

from backend.operations.readiness.board import Check
from backend.operations.readiness.merchant.customers import look_at_own_cards_at_risk, look_at_own_new_cards
from backend.operations.readiness.merchant.mail import look_at_own_delivery, look_at_own_texts, look_at_sender
from backend.operations.readiness.merchant.people import look_at_owners, look_at_pins
from backend.operations.readiness.merchant.setup import look_at_program, look_at_rewards, look_at_stores
from backend.operations.readiness.merchant.walkthrough import look_at_walkthrough
from backend.operations.readiness.merchant.wallets import look_at_google_program
from backend.operations.readiness.platform.merchants import look_at_endpoints, look_at_reviews
from backend.operations.readiness.platform.people import look_at_permissions
from backend.operations.readiness.platform.secrets import look_at_merchants_secrets
from i18n.translator import N_, PN_

MAIL, PEOPLE, WEBHOOKS = "docs/runbooks/email.md", "docs/runbooks/people.md", "docs/runbooks/webhooks.md"
CERTIFICATES, ALERTS = "docs/runbooks/wallet-certificates.md", "docs/runbooks/alerts.md"
LOSING, FEW_NEW = f"{ALERTS}#merchantlosingcustomers", f"{ALERTS}#fewnewcards"
MERCHANTS, VISIT = "/admin/merchants", "docs/runbooks/go-live.md#3-a-visit-with-your-own-phone"

MERCHANT_CHECKS = (
    # NOTE: noun: whether there is one
    Check("program", "program", PN_("check", "Program"), look_at_program),
    # NOTE: plural: whether customers can have any
    Check("rewards", "program", PN_("check", "Rewards"), look_at_rewards),
    # NOTE: plural: whether there is one
    Check("stores", "program", PN_("check", "Stores"), look_at_stores),
    # NOTE: plural: whether the merchant has one who can sign in
    Check("owners", "staff", PN_("check", "Owners"), look_at_owners, runbook=PEOPLE),
    Check("staff_pins", "staff", N_("Staff PINs"), look_at_pins, runbook=PEOPLE),
    # NOTE: plural: whether those who have them still need them
    Check("permissions", "staff", PN_("check", "Permissions"), look_at_permissions, runbook=PEOPLE),
    Check("sender", "mail", N_("Sender of emails"), look_at_sender),
    Check("own_email_templates", "mail", N_("Email templates"), look_at_own_texts),
    Check("email_delivery", "mail", N_("Delivery of emails"), look_at_own_delivery, "/admin/emails", MAIL),
    Check("google_program", "wallets", N_("Google Wallet"), look_at_google_program, "/admin/wallets", CERTIFICATES),
    Check("walkthrough", "operation", N_("Walk-through with a test customer"), look_at_walkthrough, MERCHANTS, VISIT),
    # NOTE: plural: whether the servers of merchants take what they are sent
    Check("webhooks", "operation", PN_("check", "Webhooks"), look_at_endpoints, runbook=WEBHOOKS),
    # NOTE: whether something that tablets did offline waits for a decision
    Check("reviews", "operation", PN_("check", "Review"), look_at_reviews),
    Check("cards_at_risk", "operation", N_("Customers at risk"), look_at_own_cards_at_risk, runbook=LOSING),
    Check("new_cards", "operation", N_("New cards"), look_at_own_new_cards, runbook=FEW_NEW),
    Check("secrets", "operation", N_("Encryption keys"), look_at_merchants_secrets, runbook=f"{MAIL}#a-key-was-lost"),
)
