"""Names and explanations of the settings that the pages show, by key."""

from typing import NamedTuple

from i18n.translator import N_, PN_


class Label(NamedTuple):
    name: str
    hint: str = ""


LABELS = {
    "email_provider": Label(
        # NOTE: who sends emails: the platform’s own server, or a company
        PN_("setting", "Provider"),
        N_("SMTP server: your own. SendGrid: their API. Log only: no email leaves."),
    ),
    "email_from_address": Label(
        N_("Sender’s address"), N_("All emails come from it. Your email server must permit it.")
    ),
    "email_from_name": Label(
        N_("Sender’s name"), N_("Shown for emails of the platform. Empty: its name. Emails of a merchant show theirs.")
    ),
    "email_reply_to": Label(N_("Replies to"), N_("Empty: replies go to the sender’s address.")),
    # NOTE: noun: the name of the email server
    "smtp_host": Label(PN_("setting", "Host"), N_("The name of the email server, as its certificate has it.")),
    # NOTE: noun: the number of the email server’s port
    "smtp_port": Label(PN_("setting", "Port"), N_("587 with STARTTLS, or 465 with TLS.")),
    # NOTE: noun: the name with which Orion signs in to the email server
    "smtp_user": Label(PN_("setting", "User"), N_("Often the whole email address. Empty: without signing in.")),
    # NOTE: with which Orion signs in to the email server
    "smtp_password": Label(PN_("setting", "Password"), N_("Encrypted when it is saved, and never shown again.")),
    "smtp_use_tls": Label("STARTTLS", N_("Encrypts after the greeting, as on port 587.")),
    "smtp_use_ssl": Label("TLS", N_("Encrypts from the first byte, as on port 465.")),
    "smtp_timeout_seconds": Label(N_("Time limit"), N_("Seconds to wait for each answer of the email server.")),
    "sendgrid_api_key": Label(
        N_("API key"), N_("Needs the permission to send emails. Encrypted when it is saved, and never shown again.")
    ),
    "sendgrid_api_url": Label(N_("API address")),
    "sendgrid_webhook_public_key": Label(
        N_("Key of the event webhook"), N_("Proves that reports of bounces come from SendGrid.")
    ),
    "email_rate_per_second": Label(N_("Emails per second"), N_("At most, from all processes together.")),
    "email_give_up_hours": Label(
        N_("Give up after"), N_("Hours. An email that could not be handed over by then has failed.")
    ),
    "all_mails_per_mailbox_per_day": Label(
        N_("Emails per mailbox and day"), N_("For any reason, from all merchants together.")
    ),
    # NOTE: noun: how often customers may join in a minute
    "enroll_per_minute": Label(PN_("setting", "Joining"), N_("Requests per minute from one network.")),
    "public_program_per_minute": Label(N_("Viewing a program"), N_("Requests per minute from one network.")),
    "card_page_per_minute": Label(N_("Card page"), N_("Requests per minute from one network.")),
    "card_link_per_minute": Label(N_("Asking for a card’s link"), N_("Requests per minute from one network.")),
    "sign_in_code_per_minute": Label(
        N_("Customers signing in"), N_("Codes asked for or entered per minute from one network.")
    ),
    "earn_per_minute": Label(N_("Adding points"), N_("Transactions per minute of one user.")),
    "stamp_per_minute": Label(N_("Adding stamps"), N_("Transactions per minute of one user.")),
    # NOTE: noun: how often a user may redeem in a minute
    "redeem_per_minute": Label(PN_("setting", "Redeeming"), N_("Transactions per minute of one user.")),
    # NOTE: noun: how often a user may void in a minute
    "void_per_minute": Label(PN_("setting", "Voiding"), N_("Transactions per minute of one user.")),
    # NOTE: noun: how often a user may correct a balance in a minute
    "adjust_per_minute": Label(PN_("setting", "Adjusting"), N_("Transactions per minute of one user.")),
    "api_key_per_minute": Label(N_("API keys"), N_("Requests per minute of one key, all together.")),
    "pin_unlock_per_minute": Label(N_("Unlocking the till"), N_("PIN entries per minute of one user.")),
    "device_pair_per_minute": Label(N_("Pairing a tablet"), N_("Attempts per minute from one network.")),
    "device_per_minute": Label(N_("Requests of a tablet"), N_("Of all kinds together, per minute of one tablet.")),
    "device_min_version_code": Label(
        N_("Oldest version of the app"), N_("Its number. Tablets with an older one are refused until they are updated.")
    ),
    "device_latest_version_code": Label(
        N_("Newest version of the app"), N_("Its number. Tablets with an older one are asked to update.")
    ),
    "sign_in_per_minute": Label(N_("Signing in"), N_("Attempts per minute of one known device, or of one network.")),
    "sign_in_per_account_and_network_per_minute": Label(
        N_("Signing in to one account from one network"), N_("Attempts per minute of unknown devices.")
    ),
    "sign_in_per_account_per_minute": Label(
        N_("Signing in to one account"), N_("Attempts per minute of all unknown devices together.")
    ),
    "mails_per_mailbox_per_hour": Label(
        N_("Emails per mailbox and hour"), N_("That visitors may cause, over all merchants.")
    ),
    "mails_per_mailbox_per_day": Label(
        N_("Emails per mailbox and day by visitors"), N_("That visitors may cause, over all merchants.")
    ),
    "quiet_hours_begin": Label(
        N_("Quiet hours begin"), N_("Hour of the day where the merchant is. Marketing emails wait from then on.")
    ),
    "quiet_hours_end": Label(N_("Quiet hours end"), N_("Hour of the day. The same as the beginning: no quiet hours.")),
    "mail_tests_per_hour": Label(N_("Connection tests per hour"), N_("Of one administrator.")),
    "email_log_days": Label(N_("Email log"), N_("Which emails were sent to whom, and what became of them.")),
    "webhook_log_days": Label(N_("Deliveries of webhooks"), N_("What merchants’ endpoints were sent and answered.")),
    "stored_answers_days": Label(N_("Answers to repeated requests"), N_("Longer than a tablet may stay offline.")),
    "access_tokens_days": Label(N_("Ended sign-ins"), N_("Counted from the end of the sign-in.")),
    "task_runs_days": Label(N_("Runs of background tasks")),
    "previews_days": Label(N_("Previews of programs")),
    "platform_name": Label(N_("Name of the platform")),
    "support_email": Label(N_("Support’s email address"), N_("Empty: no address is shown.")),
    "privacy_url": Label(N_("Privacy notice"), N_("Its address. Empty: no link is shown.")),
    "imprint_url": Label(N_("Legal notice"), N_("Its address. Empty: no link is shown.")),
    "maintenance_mode": Label(
        # NOTE: noun: whether the platform is maintained
        PN_("setting", "Maintenance"),
        N_("Announced: every page shows a banner. Read-only: everything can be seen, nothing changed or recorded."),
    ),
    "maintenance_until": Label(N_("Expected end"), N_("In Luxembourg’s time. Empty: no time is shown.")),
    "access_token_hours": Label(N_("Length of a sign-in"), N_("Hours. A change applies to new sign-ins.")),
    "staff_idle_minutes": Label(
        N_("Unused sign-in of staff"), N_("Minutes without a request, after which it has ended.")
    ),
    "platform_idle_minutes": Label(
        N_("Unused sign-in of administrators"), N_("Minutes without a request, after which it has ended.")
    ),
    "mail_test_private_hosts": Label(
        N_("Connection test to private hosts"),
        N_("Allow it only when your email server is in your own network: it lets administrators probe that network."),
    ),
    "google_wallet_issuer_id": Label(
        # NOTE: noun: Google’s word for who issues wallet passes
        PN_("setting", "Issuer"),
        N_("The number of your account in the Google Pay and Wallet console."),
    ),
    "google_wallet_service_account_file": Label(N_("File of the service account")),
    "google_wallet_origins": Label(N_("Sites with the button")),
    "google_wallet_api_url": Label(N_("API address")),
    "google_oauth_token_url": Label(N_("Address for access tokens")),
    "google_wallet_save_url": Label(N_("Address of the button")),
    "google_wallet_keys_url": Label(N_("Address of Google’s keys"), N_("They verify what Google reports.")),
    "default_logo_url": Label(N_("Default logo"), N_("For merchants without a logo.")),
    "apple_wallet_dir": Label(N_("Folder of the certificates")),
    "apple_wallet_key_password": Label(N_("Password of the private key")),
    "apns_url": Label(N_("Address of the push service")),
    "apns_ca_file": Label(N_("Authorities of the push service"), N_("A file. Empty: those of this machine.")),
    "apns_push_type": Label(N_("Kind of push"), N_("Empty: not sent, as Apple does not require it.")),
}

CHOICES = {
    ("email_provider", "smtp"): N_("SMTP server"),
    ("email_provider", "sendgrid"): "SendGrid",
    ("email_provider", "console"): N_("Log only"),
    # NOTE: of maintenance: the platform works
    ("maintenance_mode", "off"): PN_("choice", "Off"),
    # NOTE: of maintenance: a banner says that it will come
    ("maintenance_mode", "announced"): PN_("choice", "Announced"),
    # NOTE: of maintenance: everything can be seen and nothing changed
    ("maintenance_mode", "read_only"): PN_("choice", "Read-only"),
}
"""Names of the values that can be chosen, by key and value."""
