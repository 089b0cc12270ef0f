"""Keys derived from ORION_SECRET_KEYS, one per purpose, so that no key has two uses."""

import hashlib
import hmac

MAC_BYTES_MIN = 16


class KeyRing:
    """The newest key signs; every key of the ring verifies, so that keys can be rotated without downtime."""

    def __init__(self, secrets: list[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._derived: dict[str, list[bytes]] = {}

    def newest(self, purpose: str) -> bytes:
        return self.all(purpose)[0]

    def all(self, purpose: str) -> list[bytes]:
        """Derived keys for the purpose, newest first. They are cached: purposes are a few constants."""
        if purpose not in self._derived:
            self._derived[purpose] = [_derive(secret, purpose) for secret in self._secrets]
        return self._derived[purpose]

    def sign(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA256 under the newest key."""
        return _mac(self.newest(purpose), message)

    def signatures(self, purpose: str, message: bytes) -> list[bytes]:
        """HMAC-SHA256 under every key of the ring: one of them was made by `sign`, whenever that was."""
        return [_mac(key, message) for key in self.all(purpose)]

    def verify(self, purpose: str, message: bytes, mac: bytes) -> bool:
        """Accepts a truncated MAC of 16 bytes or more."""
        return len(mac) >= MAC_BYTES_MIN and any(
            hmac.compare_digest(_mac(key, message)[: len(mac)], mac) for key in self.all(purpose)
        )


def _derive(secret: bytes, purpose: str) -> bytes:
    return _mac(secret, b"orion|" + purpose.encode())


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()
