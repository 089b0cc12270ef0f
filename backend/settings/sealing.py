"""Secrets of settings, sealed for the row that holds them."""

from backend.core.encryption import SealBroken, seal, unseal
from backend.core.keys import KeyRing


def seal_setting(keys: KeyRing, key: str, secret: str) -> str:
    return seal(keys, secret, place_of(key))


def find_unsealed(keys: KeyRing, key: str, sealed: str) -> str | None:
    """None when no key of the ring unseals it."""
    try:
        return unseal(keys, sealed, place_of(key))
    except SealBroken:
        return None


def place_of(key: str) -> str:
    return f"setting_overrides.sealed_value.{key}"
