"""Why a mail was not delivered: stable codes, what follows from each, and sentences for the operator."""

from dataclasses import dataclass
from enum import StrEnum

from i18n.translator import N_


class FaultKind(StrEnum):
    PERMANENT = "permanent"
    """The recipient's side has refused for good."""
    TRANSIENT = "transient"
    """The other side asks for another attempt later."""
    OWN = "own"
    """Ours to fix: the settings, the network, or the account at the provider."""
    UNKNOWN = "unknown"
    """The provider may have taken the mail."""


@dataclass(frozen=True, slots=True)
class FaultType:
    kind: FaultKind
    sentence: str
    advice: str = ""
    status: str = "failed"
    """Of the mail, once it is given up."""


def _own(sentence: str, advice: str) -> FaultType:
    return FaultType(FaultKind.OWN, sentence, advice)


def _permanent(sentence: str, advice: str = "", *, status: str = "failed") -> FaultType:
    return FaultType(FaultKind.PERMANENT, sentence, advice, status)


CHECK_CERTIFICATE = N_("Check the host name in the settings, and the certificate of the email server.")
FAULTS = {
    "connection_refused": _own(
        N_("The email server refused the connection."),
        N_("Check host and port: 587 is usual with STARTTLS, 465 with TLS."),
    ),
    "connection_failed": _own(
        N_("The email server could not be reached."), N_("Check host, port and the network of this machine.")
    ),
    "host_unknown": _own(N_("There is no machine of the email server’s name."), N_("Check the host name.")),
    "timeout": _own(
        N_("The email server did not answer in time."),
        N_("Check whether this machine may use the port: many hosters block 25 and 465, and 587 often works."),
    ),
    "disconnected": _own(
        N_("The email server closed the connection before it had the email."),
        N_("Check whether the email server restricts this machine’s address or the number of connections."),
    ),
    "tls_failed": _own(
        N_("No encrypted connection to the email server came about."),
        N_("Check the port: 587 is usual with STARTTLS, 465 with TLS."),
    ),
    "certificate_name": _own(N_("The email server’s certificate is for another name."), CHECK_CERTIFICATE),
    "certificate_expired": _own(N_("The email server’s certificate has expired."), CHECK_CERTIFICATE),
    "certificate_untrusted": _own(
        N_("The email server’s certificate comes from an authority that this machine does not trust."),
        CHECK_CERTIFICATE,
    ),
    "starttls_unsupported": _own(
        N_("The email server does not offer STARTTLS on this port."), N_("Use port 587, or TLS on port 465.")
    ),
    "clear_text_refused": _own(
        N_("Without encryption, emails and passwords are sent to this machine only."),
        N_("Switch on STARTTLS (port 587) or TLS (port 465)."),
    ),
    "auth_refused": _own(N_("The provider refused our sign-in."), N_("Check user name and password, or the API key.")),
    "auth_unsupported": _own(
        N_("The email server offers no way to sign in that Orion knows."),
        N_("Check the port: many servers allow sign-in only over an encrypted connection."),
    ),
    "sender_refused": _own(
        N_("The provider refused our sender address."),
        N_("Check the sender address and whether this account may use it."),
    ),
    "relay_denied": _own(
        N_("The email server does not accept emails for other hosts from us."),
        N_("Check user name and password, and whether the account may send."),
    ),
    "server_error": _own(
        N_("The email server answered with an error."), N_("Its answer below says what it objects to.")
    ),
    "not_sendgrid": _own(
        N_("The answer did not come from SendGrid."), N_("Check SendGrid’s address and the proxy of this machine.")
    ),
    "internal_error": _own(
        N_("Orion failed while sending this email."), N_("The worker’s log of this time has the details.")
    ),
    "deferred": FaultType(FaultKind.TRANSIENT, N_("The email server asked us to try later.")),
    "rate_limited": FaultType(
        FaultKind.TRANSIENT,
        N_("The provider says that we send too fast."),
        N_("Lower the rate of emails in the settings."),
    ),
    "service_unavailable": FaultType(FaultKind.TRANSIENT, N_("The provider is not available at the moment.")),
    "outcome_unknown": FaultType(
        FaultKind.UNKNOWN,
        N_("The connection or the worker ended while the email was handed over: it may have arrived."),
        N_("Ask the recipient before you send it as a new email."),
        status="unknown",
    ),
    "recipient_refused": _permanent(N_("The recipient’s email server refused the address."), status="bounced"),
    "address_invalid": _permanent(N_("No email can be sent to this address.")),
    "smtputf8_unsupported": _permanent(
        N_("The address has letters that our email server cannot handle (SMTPUTF8)."),
        N_("Use an email server that supports SMTPUTF8."),
    ),
    "message_too_large": _permanent(N_("The email is too large for the email server.")),
    "mailbox_full": _permanent(N_("The recipient’s mailbox is full.")),
    "message_refused": _permanent(N_("The email server refused the email’s content.")),
    "bounced": _permanent(N_("The email came back: the mailbox does not take it."), status="bounced"),
    "blocked": _permanent(N_("The recipient’s email server blocked the email."), status="failed"),
    "dropped": _permanent(N_("SendGrid did not send the email, because it has refused this address before.")),
    "complained": _permanent(N_("The recipient reported the email as spam."), status="complained"),
    "suppressed": _permanent(
        N_("No marketing email goes to this mailbox: an earlier one came back or was reported as spam.")
    ),
    "no_consent": _permanent(N_("The customer has not agreed to marketing emails, or not any more.")),
    "card_inactive": _permanent(N_("The card was no longer active when the email could be sent.")),
    "customer_returned": _permanent(N_("The customer came back before the email about the absence was sent.")),
    "test_customer": _permanent(N_("The customer is a test customer: marketing emails are not sent to them.")),
    "recipient_limit": _permanent(N_("This mailbox has had as many emails within a day as the limit allows.")),
    "secret_unreadable": _permanent(
        N_("The code or link of this email was encrypted with a key that is no longer there."),
        N_("Let the recipient ask for a new one."),
    ),
    "expired": _permanent(N_("The email was no longer of use when it could be sent.")),
    "settings_unusable": FaultType(
        FaultKind.OWN,
        N_("The email waits, because saved settings for email cannot be used."),
        N_("Check the settings for email."),
    ),
    "provider_down": FaultType(
        FaultKind.OWN, N_("The email waits until the provider answers properly."), N_("Check the settings for email.")
    ),
}
