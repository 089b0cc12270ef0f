"""Rows of the staff: users, their stores and their tokens."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from backend.access.permissions import TILL
from backend.core.hashing import hash_now
from benchmarks.data import (
    MADE_AT,
    MERCHANT,
    MERCHANTS,
    PASSWORD,
    SIGN_IN,
    STORE,
    USER,
    USERS,
    Rows,
    email_of,
    id_of,
    store_of,
    token_of,
)


def people_rows() -> dict[str, Rows]:
    return {
        "users": _users(),
        "merchant_members": _merchant_members(),
        "store_members": _store_members(),
        "access_tokens": _access_tokens(),
    }


def _users() -> Rows:
    password_hash = hash_now(PASSWORD)
    return [
        {
            "id": id_of(USER, n),
            "email": email_of(n),
            "email_norm": email_of(n),
            "name": f"Till User {n}",
            "password_hash": password_hash,
            "is_active": True,
            "created_at": MADE_AT,
        }
        for n in range(USERS)
    ]


def _merchant_members() -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n % MERCHANTS),
            "user_id": id_of(USER, n),
            "role": "store_member",
            "joined_at": MADE_AT,
            "version": 1,
            "updated_at": MADE_AT,
        }
        for n in range(USERS)
    ]


def _store_members() -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n % MERCHANTS),
            "store_id": id_of(STORE, store_of(n)),
            "user_id": id_of(USER, n),
            "permissions": sorted(TILL),
        }
        for n in range(USERS)
    ]


def _access_tokens() -> Rows:
    now = datetime.now(UTC)
    return [
        {
            "token_hash": sha256(token_of(n).encode()).digest(),
            "id": id_of(SIGN_IN, n),
            "user_id": id_of(USER, n),
            "merchant_id": id_of(MERCHANT, n % MERCHANTS),
            "created_at": now,
            "last_seen_at": now,
            "kind": "password",
            "locked_people": [],
            "expires_at": now + timedelta(hours=12),
        }
        for n in range(USERS)
    ]
