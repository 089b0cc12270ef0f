"""The operator's three files: Apple's intermediate certificate, the pass certificate and its key.

Read once per process. They are checked in the order in which an operator fixes them. Each check is a step with a
sentence, for the start of a process, for the status page and for `orion wallets check`.
"""

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import NameOID

from backend.core.files import is_folder
from backend.core.settings import Settings, SettingsError
from backend.wallets.apple import check_messages
from backend.wallets.apple.certificate_files import (
    CheckFailed,
    certificate_of,
    client_tls,
    has_issued,
    issuer_of,
    parse_certificates,
    parse_key,
    read_file,
)
from backend.wallets.ports import CheckStep
from i18n.locales import SOURCE_LANGUAGE

WWDR, SIGNER, KEY = "wwdr.pem", "signer.pem", "signer.key"
FILES = (WWDR, SIGNER, KEY)
STEPS = ("files_readable", "files_private", "pass_type", "pair_matches", "issued_by_wwdr", "days_left")
WARN_DAYS = 30
FOR_OTHERS = 0o077
PRIVATE_ENDINGS = (".internal", ".local", ".localhost")
TYPE_PREFIX = "pass."
"""Of every Pass Type ID."""


@dataclass(frozen=True, slots=True)
class PassCertificates:
    certificate: x509.Certificate
    key: RSAPrivateKey
    wwdr: x509.Certificate
    pass_type: str
    """From the certificate, like the team, so that they always match it."""
    team: str
    tls: ssl.SSLContext
    """For APNs, with the pass certificate as client certificate."""

    @property
    def not_after(self) -> datetime:
        """When the first of the two certificates expires."""
        return min(self.certificate.not_valid_after_utc, self.wwdr.not_valid_after_utc)

    @property
    def fingerprint(self) -> str:
        """Changes when the files are replaced."""
        return f"{self.certificate.serial_number:x}"

    def days_left(self, now: datetime) -> int:
        return (self.not_after - now) // timedelta(days=1)


def load_certificates(settings: Settings, now: datetime) -> PassCertificates | None:
    """None when Apple Wallet is not configured. Raises SettingsError."""
    if not is_configured(settings):
        return None
    certificates, steps = inspect(settings, now)
    for step in steps:
        if step.outcome == "failed":
            raise SettingsError(f"ORION_APPLE_WALLET_DIR: {step.text(SOURCE_LANGUAGE)} {step.remedy % step.facts}")
    if not is_https(settings):
        raise SettingsError(
            "ORION_BACKEND_PUBLIC_URL must begin with https://: iPhones fetch passes from nowhere else."
        )
    if not is_known_outside(settings):
        raise SettingsError(f"ORION_BACKEND_PUBLIC_URL: iPhones cannot reach {settings.api_url} from outside.")
    return certificates


def is_https(settings: Settings) -> bool:
    """Of the web service's URL in passes. In development the phones are doubles and need no https."""
    return settings.environment == "development" or settings.api_url.startswith("https://")


def is_known_outside(settings: Settings) -> bool:
    """The host is not a name or an address of this machine or this network only."""
    if settings.environment == "development":
        return True
    host = urlsplit(settings.api_url).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(PRIVATE_ENDINGS)


def is_configured(settings: Settings) -> bool:
    """True for a folder with some of the files, so that an incomplete installation is an error.

    In production also for an empty folder: a missing mount must not turn the wallet off.
    """
    folder = Path(settings.apple_wallet_dir)
    return bool(settings.apple_wallet_dir) and (settings.environment == "production" or not _is_empty(folder))


def _is_empty(folder: Path) -> bool:
    return is_folder(folder) and not any((folder / name).exists() for name in FILES)


def inspect(settings: Settings, now: datetime) -> tuple[PassCertificates | None, list[CheckStep]]:
    """Every step up to the first that failed; those after it are skipped."""
    steps: list[CheckStep] = []
    certificates = None
    try:
        certificates = _inspect(settings, now, steps)
    except CheckFailed as failure:
        steps.append(failure.step)
    done = {step.name for step in steps}
    skipped = [CheckStep(name, "skipped", check_messages.SKIPPED) for name in STEPS if name not in done]
    return certificates, steps + skipped


def _inspect(settings: Settings, now: datetime, steps: list[CheckStep]) -> PassCertificates:
    folder = Path(settings.apple_wallet_dir)
    if _is_empty(folder):
        raise CheckFailed("files_readable", check_messages.FOLDER_EMPTY, folder=str(folder))
    files = {name: read_file(folder, name) for name in FILES}
    intermediates, signers = parse_certificates(files[WWDR], WWDR), parse_certificates(files[SIGNER], SIGNER)
    key = parse_key(files[KEY], settings.apple_wallet_key_password)
    certificate = certificate_of(signers, key)
    wwdr = issuer_of(certificate, intermediates)
    steps.append(CheckStep("files_readable", "ok", check_messages.FILES_READABLE))
    steps.append(_privacy(folder, is_production=settings.environment == "production"))
    pass_type, team = _names(certificate)
    steps.append(CheckStep("pass_type", "ok", check_messages.PASS_TYPE, facts={"pass_type": pass_type, "team": team}))
    if key.public_key() != certificate.public_key():
        raise CheckFailed("pair_matches", check_messages.NOT_A_PAIR)
    steps.append(CheckStep("pair_matches", "ok", check_messages.PAIR_MATCHES))
    _check_issuer(certificate, wwdr)
    steps.append(CheckStep("issued_by_wwdr", "ok", check_messages.ISSUED_BY_WWDR))
    tls = client_tls(certificate, key, settings.apns_ca_file)
    certificates = PassCertificates(certificate, key, wwdr, pass_type, team, tls)
    steps.append(_validity(certificates, now))
    return certificates


def _privacy(folder: Path, *, is_production: bool) -> CheckStep:
    """Only the key is secret."""
    mode = (folder / KEY).stat().st_mode
    if not mode & FOR_OTHERS:
        return CheckStep("files_private", "ok", check_messages.FILES_PRIVATE)
    outcome, facts = ("failed" if is_production else "warning"), {"mode": f"{mode & 0o777:o}"}
    return CheckStep("files_private", outcome, *check_messages.KEY_EXPOSED, facts=facts)  # type: ignore[arg-type]


def _names(certificate: x509.Certificate) -> tuple[str, str]:
    """Pass type and team."""
    pass_type = _subject(certificate, NameOID.USER_ID)
    team = _subject(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)
    if not pass_type.startswith(TYPE_PREFIX) or not team:
        raise CheckFailed("pass_type", check_messages.NO_PASS_CERTIFICATE)
    return pass_type, team


def _subject(certificate: x509.Certificate, name: x509.ObjectIdentifier) -> str:
    attributes = certificate.subject.get_attributes_for_oid(name)
    return str(attributes[0].value) if attributes else ""


def _check_issuer(certificate: x509.Certificate, wwdr: x509.Certificate) -> None:
    if not has_issued(wwdr, certificate):
        raise CheckFailed("issued_by_wwdr", check_messages.OTHER_ISSUER, issuer=certificate.issuer.rfc4514_string())


def _validity(certificates: PassCertificates, now: datetime) -> CheckStep:
    for name, certificate in ((SIGNER, certificates.certificate), (WWDR, certificates.wwdr)):
        if now < certificate.not_valid_before_utc:
            begins = certificate.not_valid_before_utc.date().isoformat()
            return CheckStep("days_left", "failed", *check_messages.NOT_YET_VALID, facts={"file": name, "date": begins})
        if now >= certificate.not_valid_after_utc:
            ended = certificate.not_valid_after_utc.date().isoformat()
            message = check_messages.EXPIRED if name == SIGNER else check_messages.INTERMEDIATE_EXPIRED
            facts: dict[str, str | int] = {"file": name, "date": ended, "issuer": certificate.subject.rfc4514_string()}
            return CheckStep("days_left", "failed", *message, facts=facts)
    days = certificates.days_left(now)
    left: dict[str, str | int] = {"days": days, "date": certificates.not_after.date().isoformat()}
    if days < WARN_DAYS:
        return CheckStep("days_left", "warning", *check_messages.ENDING_SOON, facts=left)
    return CheckStep("days_left", "ok", check_messages.DAYS_LEFT, facts=left)
