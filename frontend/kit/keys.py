"""Keys derived from ORION_SECRET_KEYS, one per purpose, newest first."""

import hashlib
import hmac


def derived_keys(secrets: list[str], purpose: str) -> list[bytes]:
    """256 bits each."""
    return [hmac.new(secret.encode(), f"orion|{purpose}".encode(), hashlib.sha256).digest() for secret in secrets]
