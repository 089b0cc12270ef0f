"""Three files of the operator: Apple's intermediate certificate, the pass certificate and its key.

Read once per process. They are looked at in the order in which an operator mends them; each look is a step with a
sentence, for the start, for the status and for `orion wallets check` alike.
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
from backend.wallets.apple import sentences
from backend.wallets.apple.certificate_files import (
    StepFailed,
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
OF_PASSES = "pass."
"""How every Pass Type ID begins."""


@dataclass(frozen=True, slots=True)
class PassCertificates:
    certificate: x509.Certificate
    key: RSAPrivateKey
    wwdr: x509.Certificate
    pass_type: str
    """From the certificate itself, as is the team: so they cannot disagree with it."""
    team: str
    tls: ssl.SSLContext
    """For APNs, which knows us by the pass certificate."""

    @property
    def not_after(self) -> datetime:
        """When the first of the two certificates ends."""
        return min(self.certificate.not_valid_after_utc, self.wwdr.not_valid_after_utc)

    @property
    def fingerprint(self) -> str:
        """Changes when the files are replaced."""
        return f"{self.certificate.serial_number:x}"

    def days_left(self, now: datetime) -> int:
        return (self.not_after - now) // timedelta(days=1)


def load_certificates(settings: Settings, now: datetime) -> PassCertificates | None:
    """None when Apple Wallet is not configured: no folder is named. Raises SettingsError."""
    if not is_configured(settings):
        return None
    certificates, steps = inspect(settings, now)
    for step in steps:
        if step.outcome == "failed":
            raise SettingsError(f"ORION_APPLE_WALLET_DIR: {step.told(SOURCE_LANGUAGE)} {step.mend % step.facts}")
    if not is_https(settings):
        raise SettingsError(
            "ORION_BACKEND_PUBLIC_URL must begin with https://: iPhones fetch passes from nowhere else."
        )
    if not is_known_outside(settings):
        raise SettingsError(f"ORION_BACKEND_PUBLIC_URL: iPhones cannot reach {settings.api_url} from outside.")
    return certificates


def is_https(settings: Settings) -> bool:
    """The address that passes lead to; a developer's phones are doubles."""
    return settings.environment == "development" or settings.api_url.startswith("https://")


def is_known_outside(settings: Settings) -> bool:
    """Its host is no name or number that only this machine or this network knows."""
    if settings.environment == "development":
        return True
    host = urlsplit(settings.api_url).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(PRIVATE_ENDINGS)


def is_configured(settings: Settings) -> bool:
    """A folder with some of the files is, so that half an installation is not taken for none.

    In production an empty one is too: a mount that is lost must not turn the wallet off unnoticed.
    """
    folder = Path(settings.apple_wallet_dir)
    return bool(settings.apple_wallet_dir) and (settings.environment == "production" or not _is_empty(folder))


def _is_empty(folder: Path) -> bool:
    return is_folder(folder) and not any((folder / name).exists() for name in FILES)


def inspect(settings: Settings, now: datetime) -> tuple[PassCertificates | None, list[CheckStep]]:
    """Every step up to the first that failed; those after it are skipped."""
    found: list[CheckStep] = []
    certificates = None
    try:
        certificates = _inspect(settings, now, found)
    except StepFailed as failure:
        found.append(failure.step)
    seen = {step.name for step in found}
    return certificates, found + [CheckStep(name, "skipped", sentences.SKIPPED) for name in STEPS if name not in seen]


def _inspect(settings: Settings, now: datetime, steps: list[CheckStep]) -> PassCertificates:
    folder = Path(settings.apple_wallet_dir)
    if _is_empty(folder):
        raise StepFailed("files_readable", sentences.FOLDER_EMPTY, folder=str(folder))
    files = {name: read_file(folder, name) for name in FILES}
    intermediates, signers = parse_certificates(files[WWDR], WWDR), parse_certificates(files[SIGNER], SIGNER)
    key = parse_key(files[KEY], settings.apple_wallet_key_password)
    certificate = certificate_of(signers, key)
    wwdr = issuer_of(certificate, intermediates)
    steps.append(CheckStep("files_readable", "ok", sentences.FILES_READABLE))
    steps.append(_privacy(folder, is_production=settings.environment == "production"))
    pass_type, team = _names(certificate)
    steps.append(CheckStep("pass_type", "ok", sentences.PASS_TYPE, facts={"pass_type": pass_type, "team": team}))
    if key.public_key() != certificate.public_key():
        raise StepFailed("pair_matches", sentences.NOT_A_PAIR)
    steps.append(CheckStep("pair_matches", "ok", sentences.PAIR_MATCHES))
    _check_issuer(certificate, wwdr)
    steps.append(CheckStep("issued_by_wwdr", "ok", sentences.ISSUED_BY_WWDR))
    tls = client_tls(certificate, key, settings.apns_ca_file)
    certificates = PassCertificates(certificate, key, wwdr, pass_type, team, tls)
    steps.append(_validity(certificates, now))
    return certificates


def _privacy(folder: Path, *, is_production: bool) -> CheckStep:
    """Only the key is a secret."""
    mode = (folder / KEY).stat().st_mode
    if not mode & FOR_OTHERS:
        return CheckStep("files_private", "ok", sentences.FILES_PRIVATE)
    outcome, facts = ("failed" if is_production else "warning"), {"mode": f"{mode & 0o777:o}"}
    return CheckStep("files_private", outcome, *sentences.KEY_EXPOSED, facts=facts)  # type: ignore[arg-type]


def _names(certificate: x509.Certificate) -> tuple[str, str]:
    """Pass type and team."""
    pass_type = _subject(certificate, NameOID.USER_ID)
    team = _subject(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)
    if not pass_type.startswith(OF_PASSES) or not team:
        raise StepFailed("pass_type", sentences.NO_PASS_CERTIFICATE)
    return pass_type, team


def _subject(certificate: x509.Certificate, name: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(name)
    return str(found[0].value) if found else ""


def _check_issuer(certificate: x509.Certificate, wwdr: x509.Certificate) -> None:
    if not has_issued(wwdr, certificate):
        raise StepFailed("issued_by_wwdr", sentences.OTHER_ISSUER, issuer=certificate.issuer.rfc4514_string())


def _validity(certificates: PassCertificates, now: datetime) -> CheckStep:
    for name, certificate in ((SIGNER, certificates.certificate), (WWDR, certificates.wwdr)):
        if now < certificate.not_valid_before_utc:
            begins = certificate.not_valid_before_utc.date().isoformat()
            return CheckStep("days_left", "failed", *sentences.NOT_YET_VALID, facts={"file": name, "date": begins})
        if now >= certificate.not_valid_after_utc:
            ended = certificate.not_valid_after_utc.date().isoformat()
            told = sentences.EXPIRED if name == SIGNER else sentences.INTERMEDIATE_EXPIRED
            facts: dict[str, str | int] = {"file": name, "date": ended, "issuer": certificate.subject.rfc4514_string()}
            return CheckStep("days_left", "failed", *told, facts=facts)
    days = certificates.days_left(now)
    left: dict[str, str | int] = {"days": days, "date": certificates.not_after.date().isoformat()}
    if days < WARN_DAYS:
        return CheckStep("days_left", "warning", *sentences.ENDING_SOON, facts=left)
    return CheckStep("days_left", "ok", sentences.DAYS_LEFT, facts=left)
