"""Issues certificates like Apple's; names, key usages and extensions are copied from two real ones."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from backend.wallets.apple.certificates import KEY, SIGNER, WWDR

PASS_TYPE, TEAM = "pass.example.orion", "ORIONTEAM1"
PASS_SIGNING = x509.ObjectIdentifier("1.2.840.113635.100.4.14")
PASS_TYPE_NAME = x509.ObjectIdentifier("1.2.840.113635.100.6.1.16")
INTERMEDIATE = x509.ObjectIdentifier("1.2.840.113635.100.6.2.1")
YEAR = timedelta(days=365)
ROOT, SERVER, SERVER_KEY = "root.pem", "apns.pem", "apns.key"
OWNER_ONLY = 0o600


def _name(**parts: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(getattr(NameOID, part), text) for part, text in parts.items()])


@dataclass(frozen=True)
class Authority:
    """A certificate authority."""

    certificate: x509.Certificate
    key: RSAPrivateKey

    @classmethod
    def root(cls) -> "Authority":
        key = rsa_key()
        name = _name(COMMON_NAME="Sandbox Root CA", ORGANIZATION_NAME="Orion Sandbox", COUNTRY_NAME="LU")
        return cls(_signed(_builder(name, name, key, 10 * YEAR).add_extension(_is_ca(None), critical=True), key), key)

    def intermediate(
        self,
        generation: str = "G4",
        *,
        life: timedelta = 5 * YEAR,
        begins: datetime | None = None,
        key: RSAPrivateKey | None = None,
    ) -> "Authority":
        """Apple's intermediate authority, Worldwide Developer Relations."""
        key = key or rsa_key()
        name = _name(
            COMMON_NAME="Sandbox Worldwide Developer Relations Certification Authority",
            ORGANIZATIONAL_UNIT_NAME=generation,
            ORGANIZATION_NAME="Orion Sandbox",
            COUNTRY_NAME="LU",
        )
        builder = _builder(name, self.certificate.subject, key, life, begins)
        builder = builder.add_extension(_is_ca(0), critical=True)
        marked = builder.add_extension(x509.UnrecognizedExtension(INTERMEDIATE, b"\x05\x00"), critical=False)
        return Authority(_signed(marked, self.key), key)

    def pass_certificate(
        self,
        key: RSAPrivateKey,
        *,
        pass_type: str = PASS_TYPE,
        team: str = TEAM,
        life: timedelta = YEAR,
        begins: datetime | None = None,
    ) -> x509.Certificate:
        name = _name(
            USER_ID=pass_type,
            COMMON_NAME=f"Pass Type ID: {pass_type}",
            ORGANIZATIONAL_UNIT_NAME=team,
            ORGANIZATION_NAME="Orion",
            COUNTRY_NAME="LU",
        )
        uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, PASS_SIGNING])
        utf8 = bytes([0x0C, len(pass_type)]) + pass_type.encode()
        builder = _builder(name, self.certificate.subject, key, life, begins)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_signs_only(), critical=True).add_extension(uses, critical=True)
        marked = builder.add_extension(x509.UnrecognizedExtension(PASS_TYPE_NAME, utf8), critical=False)
        return _signed(marked, self.key)

    def server_files(self, folder: Path) -> None:
        """Writes certificate and key of a server on the loopback address."""
        key = generate_ec_key(SECP256R1())
        (folder / SERVER).write_bytes(pem(self.server_certificate(key)))
        write_key(folder / SERVER_KEY, key)

    def server_certificate(  # type: ignore[no-untyped-def]
        self, key, *names: str, life: timedelta = 5 * YEAR, begins: datetime | None = None
    ) -> x509.Certificate:
        """For these host names; without any, for the loopback address."""
        addresses = [] if names else [x509.IPAddress(IPv4Address("127.0.0.1"))]
        hosts = [x509.DNSName(host) for host in names or ("localhost",)]
        name = _name(COMMON_NAME=names[0] if names else "localhost", ORGANIZATION_NAME="Orion Sandbox")
        builder = _builder(name, self.certificate.subject, key, life, begins)
        alternatives = x509.SubjectAlternativeName([*hosts, *addresses])
        return _signed(builder.add_extension(alternatives, critical=False), self.key)


@dataclass(frozen=True)
class ApplePki:
    root: Authority
    wwdr: Authority
    key: RSAPrivateKey = field(repr=False)

    @classmethod
    def make(cls) -> "ApplePki":
        root = Authority.root()
        return cls(root, root.intermediate(), rsa_key())

    def write(self, folder: Path, certificate: x509.Certificate | None = None, *, password: str = "") -> Path:
        """Writes the three files of an operator, and those of the fake APNs."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / WWDR).write_bytes(pem(self.wwdr.certificate))
        (folder / SIGNER).write_bytes(pem(certificate or self.wwdr.pass_certificate(self.key)))
        write_key(folder / KEY, self.key, password=password)
        (folder / ROOT).write_bytes(pem(self.root.certificate))
        self.root.server_files(folder)
        return folder


def rsa_key(bits: int = 2048) -> RSAPrivateKey:
    """2048 bits by default, as in Apple's certificates."""
    return generate_private_key(public_exponent=65537, key_size=bits)


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def write_key(path: Path, key, *, password: str = "") -> None:  # type: ignore[no-untyped-def]
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    path.unlink(missing_ok=True)
    path.touch(OWNER_ONLY)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))


def _builder(subject, issuer, key, life: timedelta, begins: datetime | None = None):  # type: ignore[no-untyped-def]
    begins = begins or datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
    )


def _signed(builder: x509.CertificateBuilder, key: RSAPrivateKey) -> x509.Certificate:
    return builder.sign(key, SHA256())


def _is_ca(path_length: int | None) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=True, path_length=path_length)


def _signs_only() -> x509.KeyUsage:
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign")
    never = dict.fromkeys((*others, "crl_sign", "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=True, **never)
