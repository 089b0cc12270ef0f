"""Parses the operator's three files in every form they are exported in: bundles, DER, indented, encrypted."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from backend.core.files import check_authorities
from backend.wallets.apple import check_messages
from backend.wallets.ports import CheckStep

KEY_BITS_MIN = 2048
"""The size of Apple's keys; TLS accepts nothing weaker."""


class CheckFailed(Exception):
    """`step`: what is wrong and what to do about it."""

    def __init__(self, name: str, message: tuple[str, str], **facts: str | int) -> None:
        super().__init__(name)
        self.step = CheckStep(name, "failed", *message, facts=facts)


def read_file(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CheckFailed("files_readable", check_messages.FILE_UNREADABLE, file=name, reason=reason) from error


def parse_certificates(content: bytes, name: str) -> list[x509.Certificate]:
    """All certificates of the file: keychains and portals export bundles, as PEM or as DER."""
    try:
        if b"-----BEGIN" not in content:
            return [x509.load_der_x509_certificate(content)]
        return x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise CheckFailed("files_readable", check_messages.NO_CERTIFICATE, file=name) from error


def parse_key(content: bytes, password: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(content, None)
    except TypeError:  # raised for an encrypted key; only the parser knows for certain
        key = _decrypted(content, password)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CheckFailed(
            "files_readable", check_messages.OLD_CIPHER if _is_about_cipher(error) else check_messages.NO_KEY
        ) from error
    if not isinstance(key, RSAPrivateKey):
        raise CheckFailed("files_readable", check_messages.NO_KEY)
    if key.key_size < KEY_BITS_MIN:
        raise CheckFailed("files_readable", check_messages.WEAK_KEY, bits=key.key_size)
    return key


def _decrypted(content: bytes, password: str) -> PrivateKeyTypes:
    if not password:
        raise CheckFailed("files_readable", check_messages.KEY_LOCKED)
    try:
        return load_pem_private_key(content, password.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        message = check_messages.OLD_CIPHER if _is_about_cipher(error) else check_messages.WRONG_PASSWORD
        raise CheckFailed("files_readable", message) from error


def _is_about_cipher(error: Exception) -> bool:
    return isinstance(error, UnsupportedAlgorithm) or "cipher" in str(error)


def certificate_of(certificates: list[x509.Certificate], key: RSAPrivateKey) -> x509.Certificate:
    """The one that belongs to the key, else the first, which a later step refuses."""
    return _latest([one for one in certificates if one.public_key() == key.public_key()]) or certificates[0]


def issuer_of(certificate: x509.Certificate, intermediates: list[x509.Certificate]) -> x509.Certificate:
    """The one that has issued the certificate, else the first, which a later step refuses."""
    return _latest([one for one in intermediates if has_issued(one, certificate)]) or intermediates[0]


def _latest(renewals: list[x509.Certificate]) -> x509.Certificate | None:
    """A file may contain an expired certificate beside its renewal for the same key."""
    return max(renewals, key=lambda one: one.not_valid_after_utc, default=None)


def has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def client_tls(certificate: x509.Certificate, key: RSAPrivateKey, ca_file: str) -> ssl.SSLContext:
    """Trusts the usual authorities, or those of `ca_file`, which is set for a double of APNs.

    OpenSSL gets the parsed certificate and key, because it accepts neither indented lines nor old ciphers. Raises
    SettingsError for `ca_file`.
    """
    if ca_file:
        check_authorities("ORION_APNS_CA_FILE", ca_file)
    context = ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
    with _in_memory(certificate, key) as path:
        try:
            context.load_cert_chain(path)
        except ssl.SSLError as error:
            reason = error.reason or type(error).__name__
            raise CheckFailed("files_readable", check_messages.TLS_REFUSES, reason=reason) from error
    return context


@contextmanager
def _in_memory(certificate: x509.Certificate, key: RSAPrivateKey) -> Iterator[str]:
    """A file in memory, so that the decrypted key is never written to a disk."""
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = os.memfd_create("orion-apple-wallet")
    try:
        with os.fdopen(os.dup(file), "wb") as writer:
            writer.write(certificate.public_bytes(Encoding.PEM) + plain)
        yield f"/proc/self/fd/{file}"
    finally:
        os.close(file)
