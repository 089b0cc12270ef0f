"""Which domain events merchants are told about, by which public name, and why the others have none.

A public name and its payload change only by additions; anything else is a new name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.core.schemas import Answer
from backend.webhooks.payloads import (
    CardBookingPayload,
    CardPayload,
    CustomerPayload,
    ExpiringPayload,
    HoldPayload,
    MergePayload,
    PingPayload,
    PointsPayload,
    RedemptionPayload,
    StampPayload,
    VoidPayload,
)
from i18n.translator import N_

PING = "test.ping"
"""Sent on request only; no endpoint chooses it."""


@dataclass(frozen=True, slots=True)
class WebhookEventType:
    name: str
    payload: type[Answer]
    about: str
    """When it is sent."""


PUBLIC: Mapping[str, WebhookEventType] = {
    "card_enrolled": WebhookEventType("card.enrolled", CardBookingPayload, N_("A customer has joined")),
    "welcome_bonus_given": WebhookEventType(
        "welcome_bonus.given", PointsPayload, N_("A new card got the points of the welcome bonus")
    ),
    "points_earned": WebhookEventType("points.earned", PointsPayload, N_("Points were added for a purchase")),
    "stamp_added": WebhookEventType("stamp.added", StampPayload, N_("A stamp was added")),
    "reward_ready": WebhookEventType("reward.ready", CardBookingPayload, N_("A stamp card is full")),
    "reward_redeemed": WebhookEventType("reward.redeemed", RedemptionPayload, N_("A reward was redeemed")),
    "reward_reserved": WebhookEventType("hold.created", HoldPayload, N_("A reward was set aside for a customer")),
    "hold_released": WebhookEventType("hold.released", HoldPayload, N_("A reward that was set aside was not redeemed")),
    "transaction_voided": WebhookEventType("transaction.voided", VoidPayload, N_("A transaction was voided")),
    "return_undone": WebhookEventType("return.undone", VoidPayload, N_("A return was undone")),
    "points_adjusted": WebhookEventType("points.adjusted", PointsPayload, N_("Points were adjusted by hand")),
    "points_restored": WebhookEventType("points.restored", PointsPayload, N_("Expired points were given back")),
    "points_expiring": WebhookEventType("points.expiring", ExpiringPayload, N_("Points are about to expire")),
    "points_expired": WebhookEventType("points.expired", PointsPayload, N_("Points have expired")),
    "card_replaced": WebhookEventType("card.replaced", CardPayload, N_("A card has a new code")),
    "card_deactivated": WebhookEventType("card.deactivated", CardBookingPayload, N_("A card was deactivated")),
    "card_reactivated": WebhookEventType("card.reactivated", CardBookingPayload, N_("A card was reactivated")),
    "card_links_ended": WebhookEventType("card.links_ended", CardPayload, N_("The links of a card were replaced")),
    "card_frozen": WebhookEventType("card.frozen", CardPayload, N_("A card was frozen, because its history is wrong")),
    "card_unfrozen": WebhookEventType("card.unfrozen", CardPayload, N_("A frozen card works again")),
    "cards_merged": WebhookEventType("cards.merged", MergePayload, N_("Two cards were merged")),
    "merge_reversed": WebhookEventType("merge.reversed", MergePayload, N_("A merge of two cards was reversed")),
    "customer_changed": WebhookEventType("customer.changed", CustomerPayload, N_("A customer’s details have changed")),
    "customer_data_erased": WebhookEventType(
        "customer.erased", CustomerPayload, N_("A customer was erased: forget what you know of them")
    ),
    "marketing_consent_given": WebhookEventType(
        "consent.given", CustomerPayload, N_("A customer has agreed to marketing emails")
    ),
    "marketing_consent_withdrawn": WebhookEventType(
        "consent.withdrawn", CustomerPayload, N_("A customer wants no more marketing emails")
    ),
}
"""By the name of the domain event."""
PRIVATE: Mapping[str, str] = {
    "sign_in_code_asked": "Says that somebody entered an address, not that a customer has it.",
    "card_links_asked": "Says that somebody entered an address, not that a customer has it.",
    "card_link_requested": "Nothing has changed: an email goes to the holder.",
    "rewards_changed": "Concerns passes; the program says which rewards are offered.",
    "pin_locked_offline": "Concerns the staff: the owners get an email.",
    "device_access_revoked": "Concerns a tablet: the audit has who revoked it.",
    "device_wiped": "Concerns a tablet: the audit has who asked for it.",
    "device_locked_people": "Concerns the staff: the owners get an email.",
}
"""Why a domain event has no public name, by its name."""
PING_TYPE = WebhookEventType(PING, PingPayload, N_("A test that you requested"))
CHOICES: Mapping[str, WebhookEventType] = {each.name: each for each in PUBLIC.values()}
"""By public name, in the order in which lists show them."""
SUBJECT_FIELDS = ("card_id", "customer_id")
