"""The certificate of the mail catcher, and a bundle with which this machine's programs trust it."""

import os
import ssl
from pathlib import Path

from backend.dev.sandbox.apple.pki import SERVER, SERVER_KEY, Authority, pem

BUNDLE = "authorities.pem"
TRUSTED = "SSL_CERT_FILE"
"""The environment variable in which OpenSSL looks for the file of trusted authorities."""


def mail_tls_values(folder: Path) -> dict[str, str]:
    """Makes the files anew, because the authorities of this machine may have changed. Names the bundle."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = Authority.root()
    authority.server_files(folder)
    (folder / BUNDLE).write_bytes(_trusted_already() + pem(authority.certificate))
    return {TRUSTED: str(folder / BUNDLE)}


def server_context(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / SERVER, folder / SERVER_KEY)
    return context


def _trusted_already() -> bytes:
    paths = ssl.get_default_verify_paths()
    known = Path(os.environ.get(TRUSTED) or paths.cafile or paths.openssl_cafile)
    return known.read_bytes() if known.is_file() else b""
