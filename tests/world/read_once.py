"""What costs 20 to 40 ms each time it is read: the certificates of all authorities, and the primes of an RSA key."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from httpx._transports import default

from backend.wallets.apple import certificate_files
from backend.wallets.google import account

MADE = httpx.create_ssl_context
KEYS = cache(load_pem_private_key)


@contextmanager
def read_once() -> Iterator[None]:
    """In this process; those that tests start read them as in production."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(default, "create_ssl_context", _usual_or_made)
        for module in (account, certificate_files):
            patch.setattr(module, "load_pem_private_key", KEYS)
        yield


def _usual_or_made(**told: Any) -> ssl.SSLContext:
    is_usual = told.get("verify", True) is True and told.get("cert") is None
    is_told = told.get("trust_env", True) and {"SSL_CERT_FILE", "SSL_CERT_DIR"} & os.environ.keys()
    return _usual() if is_usual and not is_told else MADE(**told)


@cache
def _usual() -> ssl.SSLContext:
    return MADE(trust_env=False)
