"""What went wrong with a delivery, in sentences for the merchant."""

from i18n.translator import N_

PROBLEMS = {
    "not_successful": N_("The answer was none of the 2xx statuses that confirm receipt."),
    "redirected": N_("The answer was a redirect. Redirects are not followed: enter the final address."),
    "gone": N_("The answer was 410: the endpoint wants no more events and was disabled."),
    "timeout": N_("There was no complete answer within 10 seconds."),
    "unreachable": N_("The address could not be reached. Check its name, its port and its firewall."),
    "tls": N_("The certificate was refused. It must be valid for the address and complete, with its chain."),
    "address_refused": N_("The address does not lead to a public server that speaks HTTPS on port 443."),
    "broken_off": N_("The connection was closed before the answer was complete."),
    "secret_unreadable": N_("The secret can no longer be read. Create a new one."),
    "endpoint_inactive": N_("The endpoint was paused or disabled."),
}
