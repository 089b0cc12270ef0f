"""What the fields of audit entries are called. A test asks for the words of every field that the code writes."""

from i18n.translator import N_, PN_

FIELDS = {
    # NOTE: noun: what was done to many cards
    "action": PN_("audited field", "Action"),
    "added": N_("Number of new ones"),
    "allow_cross_location_redemption": N_("Cards work at all stores"),
    "allow_self_enrollment": N_("Customers join by themselves"),
    "allow_void_transactions": N_("Tills may void"),
    # NOTE: participle: when the reward was archived
    "archived_at": PN_("audited field", "Archived"),
    "authenticator": N_("Authenticator app"),
    # NOTE: noun: of an email
    "body": PN_("audited field", "Text"),
    "cards_removed": N_("Number of cards removed"),
    "card_count": N_("Number of cards"),
    # NOTE: noun: whose points, stamps or state were changed
    "card_id": PN_("audited field", "Card"),
    "contact_email": N_("Contact email"),
    # NOTE: noun: how many
    "count": PN_("audited field", "Number"),
    # NOTE: of a store
    "country": PN_("audited field", "Country"),
    "customers_removed": N_("Number of customers removed"),
    "deliveries": N_("Number of deliveries"),
    # NOTE: noun: of an event to a server
    "delivery_id": PN_("audited field", "Delivery"),
    # NOTE: noun: of an endpoint
    "description": PN_("audited field", "Description"),
    # NOTE: noun: the tablet
    "device_id": PN_("audited field", "Device"),
    "dry_run": N_("Dry run"),
    "emails": N_("Number of emails"),
    # NOTE: the end of a period
    "ends_at": PN_("audited field", "Until"),
    "ends_on": N_("Last day"),
    # NOTE: noun: that was sent to a server
    "event_id": PN_("audited field", "Event"),
    "event_types": N_("Kinds of events"),
    # NOTE: plural: which were tried again
    "events": PN_("audited field", "Events"),
    # NOTE: verb: when the API key expires
    "expires_at": PN_("audited field", "Expires"),
    # NOTE: plural: which entries were exported
    "filters": PN_("audited field", "Filters"),
    "former_secret_ends_at": N_("Former secret ends"),
    "invitations_withdrawn": N_("Number of invitations withdrawn"),
    # NOTE: whether an account or an endpoint is active, yes or no
    "is_active": PN_("audited field", "Active"),
    # NOTE: whether a PIN is disabled, yes or no
    "is_disabled": PN_("audited field", "Disabled"),
    # NOTE: whether a card is frozen, yes or no
    "is_frozen": PN_("audited field", "Frozen"),
    # NOTE: whether a PIN is locked, yes or no
    "is_locked": PN_("audited field", "Locked"),
    # NOTE: participle: whether a PIN is set, yes or no
    "is_set": PN_("audited field", "Set"),
    "is_test": N_("For trying out"),
    # NOTE: of a person, a store or an email
    "language": PN_("audited field", "Language"),
    "limit_per_card": N_("At most per card"),
    # NOTE: plural: against fraud
    "limits": PN_("audited field", "Limits"),
    "lock_after_minutes": N_("Minutes until an unused till locks"),
    "lockout_attempts": N_("Wrong PINs until a PIN is locked"),
    "lockout_minutes": N_("Minutes for which a PIN is locked"),
    "log_ip_addresses": N_("Transactions keep addresses of devices"),
    # NOTE: noun: whether the feature is on
    "loyalty": PN_("audited field", "Loyalty"),
    "mail_id": N_("New email"),
    "maximum": N_("At most"),
    # NOTE: participle: what a limit counts
    "measure": PN_("audited field", "Counted"),
    "media_type": N_("Kind of file"),
    # NOTE: noun: for which a task ran
    "merchant_id": PN_("audited field", "Merchant"),
    # NOTE: noun: of two cards
    "merge_id": PN_("audited field", "Merge"),
    # NOTE: noun: to a tablet
    "message_id": PN_("audited field", "Message"),
    "must_wipe": N_("Is to delete everything"),
    # NOTE: of a person or thing
    "name": PN_("audited field", "Name"),
    "newest_key": N_("Newest encryption key"),
    "only_failed": N_("Failed ones only"),
    "other_card_id": N_("Merged card"),
    "overlap_hours": N_("Hours for which the former secret works"),
    # NOTE: noun: of a tablet
    "pairing_id": PN_("audited field", "Pairing"),
    # NOTE: noun: with which a person signs in
    "passkey_id": PN_("audited field", "Passkey"),
    # NOTE: plural: of a person or an API key
    "permissions": PN_("audited field", "Permissions"),
    # NOTE: of a reward
    "picture": PN_("audited field", "Picture"),
    # NOTE: noun: where the copy of the encryption keys is kept
    "place": PN_("audited field", "Place"),
    # NOTE: plural: how many points
    "points": PN_("audited field", "Points"),
    "points_required": N_("Points required"),
    # NOTE: noun: of a reward in the list
    "position": PN_("audited field", "Position"),
    "postal_address": N_("Postal address"),
    "preheader": N_("Preview text"),
    # NOTE: noun: whether a tablet is for staff or for customers
    "profile": PN_("audited field", "Profile"),
    # NOTE: noun: Google Wallet or Apple Wallet
    "provider": PN_("audited field", "Wallet"),
    # NOTE: noun: what follows from an event
    "reaction": PN_("audited field", "Reaction"),
    "recovery_codes": N_("Recovery codes"),
    "reengagement_days": N_("Days without a visit"),
    # NOTE: participle: whether a password or a key got another value, yes or no
    "replaced": PN_("audited field", "Replaced"),
    "require_order_reference": N_("A sale names its receipt"),
    "resealed": N_("Number encrypted anew"),
    "resumes": N_("Stops lifted"),
    "retry_of": N_("Repeats what failed in"),
    # NOTE: of a person
    "role": PN_("audited field", "Role"),
    "rules": N_("Offline rules"),
    # NOTE: noun: of a task
    "run_id": PN_("audited field", "Run"),
    "scope": N_("For each"),
    "sends_birthday_emails": N_("Birthday emails"),
    # NOTE: participle: when the invitation was sent
    "sent_at": PN_("audited field", "Sent"),
    # NOTE: noun: of a browser where the person is signed in
    "session_id": PN_("audited field", "Session"),
    "sessions": N_("Number of sessions"),
    "sessions_ended": N_("Sessions ended"),
    # NOTE: the beginning of a period
    "since": PN_("audited field", "From"),
    # NOTE: noun: where the value of a setting comes from
    "source": PN_("audited field", "Source"),
    "staff_pin_policy": N_("PIN at the till"),
    # NOTE: plural: how many stamps
    "stamps": PN_("audited field", "Stamps"),
    "starts_on": N_("First day"),
    # NOTE: noun: of a tablet, or of what it did offline
    "state": PN_("audited field", "State"),
    # NOTE: how many pieces of a reward are left
    "stock": PN_("audited field", "Stock"),
    # NOTE: of a tablet, or where something was done
    "store_id": PN_("audited field", "Store"),
    # NOTE: plural: where a person works, or where a reward or an API key holds
    "store_ids": PN_("audited field", "Stores"),
    "stores": PN_("audited field", "Stores"),
    # NOTE: noun: of an email
    "subject": PN_("audited field", "Subject"),
    # NOTE: noun: which email
    "template": PN_("audited field", "Template"),
    "template_code": PN_("audited field", "Template"),
    "timezone": N_("Time zone"),
    "transactions_removed": N_("Number of transactions removed"),
    # NOTE: noun: which was recorded
    "transaction_id": PN_("audited field", "Transaction"),
    # NOTE: noun: of a program
    "type": PN_("audited field", "Kind"),
    "unreadable": N_("Number that no key opens"),
    "until": PN_("audited field", "Until"),
    "updated": N_("Number of changed ones"),
    # NOTE: of an endpoint
    "url": PN_("audited field", "Address"),
    # NOTE: noun: who was changed
    "user_id": PN_("audited field", "Person"),
    # NOTE: noun: of a setting or a reward
    "value": PN_("audited field", "Value"),
    "value_cents": PN_("audited field", "Value"),
    # NOTE: noun: why what a tablet did offline had waited for a decision
    "waited_for": PN_("audited field", "Reason"),
    "window_minutes": N_("Within minutes"),
    "wipes": N_("Deletes its data"),
    # NOTE: participle: whether the invitation was withdrawn, yes or no
    "withdrawn": PN_("audited field", "Withdrawn"),
}
