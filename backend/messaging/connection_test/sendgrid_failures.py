"""Why SendGrid has refused, and what to do."""

import httpx

from backend.core.sentence import say
from backend.messaging.connection_test.results import StepFailed
from backend.messaging.connection_test.schemas import StepFacts
from i18n.translator import N_


def key_missing() -> StepFailed:
    return StepFailed(
        "api_key_missing",
        say(N_("There is no API key of SendGrid.")),
        say(N_("Enter the key, or choose another provider.")),
    )


def refused_key(status: int, reply: str) -> StepFailed:
    facts = StepFacts(reply=reply)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        sentence = say(N_("SendGrid refuses the API key (%(code)s)."), code=str(status))
        remedy = say(N_("Check the API key at SendGrid; the account may also have expired."))
        return StepFailed("api_key_refused", sentence, remedy, facts=facts)
    return _unavailable(status, facts)


def refused_email(status: int, sender: str, reply: str) -> StepFailed:
    facts = StepFacts(reply=reply)
    if status == httpx.codes.FORBIDDEN:
        sentence = say(N_("SendGrid does not take email from %(sender)s (%(code)s)."), sender=sender, code=str(status))
        remedy = say(N_("Verify this address or its domain at SendGrid."))
        return StepFailed("sender_refused", sentence, remedy, facts=facts)
    if status == httpx.codes.UNAUTHORIZED:
        sentence = say(N_("SendGrid sends nothing for this account (%(code)s)."), code=str(status))
        remedy = say(N_("Its trial may be over, or its credits used up: look into the account at SendGrid."))
        return StepFailed("account_refused", sentence, remedy, facts=facts)
    if httpx.codes.is_client_error(status) and status != httpx.codes.TOO_MANY_REQUESTS:
        sentence = say(N_("SendGrid refuses the email itself (%(code)s)."), code=str(status))
        return StepFailed("content_refused", sentence, say(N_("Its answer says why.")), facts=facts)
    return _unavailable(status, facts)


def _unavailable(status: int, facts: StepFacts) -> StepFailed:
    sentence = say(N_("SendGrid gave no usable answer (%(error)s)."), error=str(status))
    return StepFailed("sendgrid_unavailable", sentence, say(N_("Test once more in a few minutes.")), facts=facts)
