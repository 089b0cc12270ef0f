"""Why TLS with a mail server did not begin, and what to do."""

import ssl
from collections.abc import Mapping

from backend.core.sentence import Sentence, say
from backend.messaging.connection_test.mail_ports import MailPort, usual_port
from backend.messaging.connection_test.results import StepFailed
from backend.messaging.connection_test.schemas import PortAnswer, StepFacts
from backend.settings.schemas import SettingValue
from i18n.translator import N_


def tls_expected(port: int) -> StepFailed:
    """The settings begin without TLS, the server with it."""
    return StepFailed(
        "tls_expected",
        say(N_("Port %(port)s says nothing without TLS: it expects TLS from the first byte."), port=str(port)),
        say(N_("Turn on TLS and turn off STARTTLS.")),
        suggestion=MailPort(port, "tls").settings,
    )


def not_tls_at_once(port: int, plain: PortAnswer | None, error: ssl.SSLError | None) -> StepFailed:
    """The settings begin with TLS. `plain`: what the port answers without."""
    facts = StepFacts(neighbors=[plain] if plain else [], reply=error.reason if error else None)
    if plain is None:
        sentence = say(N_("Port %(port)s is open, but TLS did not begin there."), port=str(port))
        return StepFailed(
            "tls_failed", sentence, say(N_("Check the port, and the TLS settings of the email server.")), facts=facts
        )
    sentence = say(N_("Port %(port)s does not speak TLS from the first byte."), port=str(port))
    remedy = (
        say(N_("It offers STARTTLS: turn on STARTTLS and turn off TLS."))
        if plain.security == "starttls"
        else say(N_("It offers no TLS at all: use another port."))
    )
    suggestion = MailPort(port, "starttls").settings if plain.security == "starttls" else {}
    return StepFailed("tls_not_spoken", sentence, remedy, suggestion=suggestion, facts=facts)


def starttls_missing(
    port: int, remedy: Sentence, suggestion: Mapping[str, SettingValue], facts: StepFacts
) -> StepFailed:
    sentence = say(N_("Port %(port)s does not offer STARTTLS."), port=str(port))
    return StepFailed("starttls_missing", sentence, remedy, suggestion=suggestion, facts=facts)


def starttls_refused(reply: str) -> StepFailed:
    return StepFailed(
        "starttls_refused",
        say(N_("The server offers STARTTLS, but it did not begin.")),
        say(N_("Check the TLS settings of the email server.")),
        facts=StepFacts(reply=reply),
    )


def greeting_refused(host: str, reply: str) -> StepFailed:
    return StepFailed(
        "greeting_refused",
        say(N_("%(host)s takes no email from this machine."), host=host),
        say(N_("Its answer says why. Ask its administrator to permit the address of this machine.")),
        facts=StepFacts(reply=reply),
    )


def silent(host: str, port: int, reply: str) -> StepFailed:
    return StepFailed(
        "no_mail_server",
        say(N_("Port %(port)s of %(host)s does not answer as an email server."), port=str(port), host=host),
        say(N_("Check host and port.")),
        facts=StepFacts(reply=reply or None),
    )


def contradictory() -> StepFailed:
    return StepFailed(
        "security_contradiction",
        say(N_("TLS and STARTTLS are both on, and they exclude each other.")),
        say(N_("Port 465 takes TLS, port 587 STARTTLS: turn the other one off.")),
    )


def unencrypted(port: int) -> StepFailed:
    return StepFailed(
        "unencrypted",
        say(N_("Without TLS everybody on the way could read the emails, so none is sent.")),
        say(N_("Turn on STARTTLS for port 587, or TLS for port 465.")),
        suggestion=usual_port(port).settings,
    )
