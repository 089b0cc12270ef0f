"""What a server's certificate says, and why it is not accepted."""

import ssl

from cryptography import x509
from cryptography.x509.oid import NameOID

from backend.core.clock import clock
from backend.core.sentence import Sentence, say
from backend.messaging.connection_test.results import StepFailed
from backend.messaging.connection_test.schemas import StepFacts
from backend.settings.schemas import SettingValue
from i18n.translator import N_, NN_

NOT_YET_VALID, EXPIRED, SELF_SIGNED, WRONG_NAME, WRONG_ADDRESS = 9, 10, 18, 62, 64
"""OpenSSL's codes of X509_verify_cert."""
NAMES_SHOWN = 4
OWN_AUTHORITY = N_(
    "Install a certificate of a public authority on the email server, with its intermediate certificates. "
    "If you have an authority of your own, name its file in SSL_CERT_FILE."
)


def certificate_facts(connection: ssl.SSLObject | None) -> StepFacts:
    """Empty without TLS."""
    encoded = connection.getpeercert(binary_form=True) if connection else None
    if connection is None or encoded is None:
        return StepFacts()
    certificate = x509.load_der_x509_certificate(encoded)
    return StepFacts(
        protocol=connection.version(),
        certificate_names=_names(certificate),
        certificate_issuer=_issuer(certificate),
        certificate_expires_at=certificate.not_valid_after_utc,
        certificate_days_left=(certificate.not_valid_after_utc - clock.now()).days,
    )


def accepted(facts: StepFacts, host: str) -> Sentence:
    days = facts.certificate_days_left or 0
    return say(
        NN_(
            "%(protocol)s; the certificate for %(host)s is valid for %(days)s more day.",
            "%(protocol)s; the certificate for %(host)s is valid for %(days)s more days.",
        ),
        protocol=facts.protocol or "TLS",
        host=host,
        days=days,
    )


def refused(error: ssl.SSLCertVerificationError, facts: StepFacts, host: str) -> StepFailed:
    if error.verify_code in {WRONG_NAME, WRONG_ADDRESS}:
        return _for_another_name(facts, host)
    code, sentence, remedy = _reason(error.verify_code, facts, host)
    return StepFailed(code, sentence, say(remedy), facts=facts)


def _reason(verify_code: int, facts: StepFacts, host: str) -> tuple[str, Sentence, str]:
    if verify_code == EXPIRED:
        sentence = say(N_("The certificate of %(host)s expired on %(day)s."), host=host, day=_day(facts))
        return "certificate_expired", sentence, N_("Renew it on the email server.")
    if verify_code == NOT_YET_VALID:
        sentence = say(N_("The certificate of %(host)s is not valid yet."), host=host)
        return "certificate_not_yet_valid", sentence, N_("Check the clocks of this machine and of the email server.")
    if verify_code == SELF_SIGNED:
        sentence = say(N_("The certificate of %(host)s is signed by nobody but itself."), host=host)
        return "certificate_self_signed", sentence, OWN_AUTHORITY
    issuer = facts.certificate_issuer or "?"
    sentence = say(N_("This machine does not trust “%(issuer)s”, which signed the certificate."), issuer=issuer)
    return "certificate_untrusted", sentence, OWN_AUTHORITY


def _for_another_name(facts: StepFacts, host: str) -> StepFailed:
    names = ", ".join(facts.certificate_names[:NAMES_SHOWN]) or "?"
    exact = next((name for name in facts.certificate_names if not name.startswith("*")), None)
    suggestion: dict[str, SettingValue] = {"smtp_host": exact} if exact else {}
    return StepFailed(
        "certificate_name",
        say(N_("The certificate is for %(names)s and not for %(host)s."), names=names, host=host),
        say(N_("Enter a name of the certificate as the host, if that is your email server.")),
        suggestion=suggestion,
        facts=facts,
    )


def _day(facts: StepFacts) -> str:
    """The ISO date of the expiry."""
    return (facts.certificate_expires_at or clock.now()).date().isoformat()


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return _common_names(certificate.subject)
    return [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]


def _issuer(certificate: x509.Certificate) -> str | None:
    organizations = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    parts = [str(each.value) for each in organizations] + _common_names(certificate.issuer)
    return ", ".join(parts) or None


def _common_names(name: x509.Name) -> list[str]:
    return [str(each.value) for each in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
