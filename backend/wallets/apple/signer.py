"""Signs manifests with a key that is loaded once, because loading takes a hundred times as long as signing.

The library signs a sample at the start. Later signatures are the sample with another time, digest and RSA signature.
So almost all of the time is spent in the RSA operation, which does not hold Python's GIL.
"""

from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from backend.core.clock import clock
from backend.wallets.apple.certificates import PassCertificates

# Binary, so that line ends are not rewritten before hashing. No capabilities, as in Apple's samples.
OPTIONS = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
SAMPLE = b"{}"
ATTRIBUTES = bytes.fromhex("a069 3018 0609 2a864886f70d010903")
"""The start of the signed attributes: tag, length and content type."""
ATTRIBUTES_LENGTH = 2 + 0x69
SET = b"\x31"
"""The tag that replaces the first one in the bytes that are signed."""
SIGNING_TIME = bytes.fromhex("0609 2a864886f70d010905 310f 170d")
TIME_LENGTH = len("YYMMDDHHMMSSZ")


class SignatureUnknown(Exception):
    """The library writes signatures in a form that this module does not know."""


class PassSigner:
    """Safe to use from several threads. Raises SignatureUnknown."""

    def __init__(self, certificates: PassCertificates) -> None:
        self.pass_type = certificates.pass_type
        self.team = certificates.team
        self._key = certificates.key
        sample = library_signature(certificates, SAMPLE)
        self._parts = _split(sample, sha256(SAMPLE).digest(), self._key.key_size // 8)
        signed_at = sample[sample.index(SIGNING_TIME) + len(SIGNING_TIME) :][:TIME_LENGTH]
        if self._signed(SAMPLE, signed_at) != sample:
            raise SignatureUnknown

    def sign(self, manifest: bytes) -> bytes:
        """A detached CMS signature in DER, with the signing time and both certificates."""
        return self._signed(manifest, _utc_time(clock.now()))

    def _signed(self, manifest: bytes, signed_at: bytes) -> bytes:
        head, before_time, between, after_digest, tail = self._parts
        attributes = b"".join((before_time, signed_at, between, sha256(manifest).digest(), after_digest))
        signature = self._key.sign(SET + attributes[1:], PKCS1v15(), SHA256())
        return b"".join((head, attributes, tail, signature))


def library_signature(certificates: PassCertificates, manifest: bytes) -> bytes:
    return (
        PKCS7SignatureBuilder()
        .set_data(manifest)
        .add_signer(certificates.certificate, certificates.key, SHA256())
        .add_certificate(certificates.wwdr)
        .sign(Encoding.DER, OPTIONS)
    )


def _split(sample: bytes, digest: bytes, signature_length: int) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    """The parts around the time and the digest in the signed attributes, without the signature at the end."""
    try:
        start = sample.index(ATTRIBUTES)
        end = start + ATTRIBUTES_LENGTH
        time_at = sample.index(SIGNING_TIME, start, end) + len(SIGNING_TIME)
        digest_at = sample.index(digest, start, end)
    except ValueError as error:
        raise SignatureUnknown from error
    return (
        sample[:start],
        sample[start:time_at],
        sample[time_at + TIME_LENGTH : digest_at],
        sample[digest_at + len(digest) : end],
        sample[end:-signature_length],
    )


def _utc_time(moment: datetime) -> bytes:
    return moment.strftime("%y%m%d%H%M%SZ").encode()
