"""Create, change, rotate and revoke. Each is audited, without the secret, and in force with the key's next request."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from backend.api_keys.checks import check_rights
from backend.api_keys.key_secrets import new_secret
from backend.api_keys.models import ApiKey
from backend.api_keys.problems import ApiKeyEnded, ApiKeyNotFound, TooManyApiKeys
from backend.api_keys.queries import ApiKeyRepository, count_working, get_key
from backend.api_keys.schemas import ApiKeyChange, ApiKeyDetail, ApiKeyDraft, ApiKeyRotation, ApiKeySecret
from backend.audit.actions import Fields, record_change
from backend.audit.versions import check_version
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.merchants.models import Merchant

WORKING_MAX = 100


async def create_key(session: AsyncSession, origin: Origin, draft: ApiKeyDraft) -> ApiKeySecret:
    """Raises TooManyApiKeys or ValidationFailed."""
    # The merchant's row is locked: of two that are created together the second counts the first.
    merchant = await session.get_one(Merchant, origin.merchant_id, with_for_update=True)
    await check_rights(
        session, origin, store_ids=draft.store_ids, permissions=draft.permissions, expires_at=draft.expires_at
    )
    if await count_working(session, origin.merchant_id) >= WORKING_MAX:
        raise TooManyApiKeys
    assert origin.user_id is not None, "the guard lets nobody else through"
    mode = "test" if merchant.is_test else "live"
    secret = new_secret(origin.merchant_id, mode)
    key = await ApiKeyRepository(session, origin.merchant_id).add(
        ApiKey(
            name=draft.name.strip(),
            mode=mode,
            prefix=secret.prefix,
            secret_hash=secret.hash,
            store_ids=_sorted(draft.store_ids),
            permissions=sorted(set(draft.permissions)),
            created_by=origin.user_id,
            created_at=origin.now,
            expires_at=draft.expires_at,
            updated_at=origin.now,
        )
    )
    record_change(session, origin, "api_key.created", subject_id=key.id, after=_rights(key))
    return await _with_secret(session, origin, key, secret.text)


async def change_key(
    session: AsyncSession, origin: Origin, key_id: UUID, change: ApiKeyChange, if_match: str | None
) -> ApiKeyDetail:
    """Raises ApiKeyNotFound, ApiKeyEnded, PreconditionRequired, Stale or ValidationFailed."""
    key = await _lock(session, origin, key_id)
    await check_version(session, key, if_match)
    before, sent = _rights(key), sent_fields(change)
    expires_at = sent.get("expires_at") if sent.get("expires_at") != key.expires_at else None
    await check_rights(
        session,
        origin,
        store_ids=sent.get("store_ids"),
        permissions=sent.get("permissions", []),
        expires_at=expires_at,
    )
    for name, value in sent.items():
        setattr(key, name, value)
    key.name, key.store_ids, key.permissions = key.name.strip(), _sorted(key.store_ids), sorted(set(key.permissions))
    if _rights(key) != before:
        key.updated_at = origin.now
        await session.flush()
        record_change(session, origin, "api_key.changed", subject_id=key.id, before=before, after=_rights(key))
    return await get_key(session, origin, key.id)


async def rotate_key(session: AsyncSession, origin: Origin, key_id: UUID, body: ApiKeyRotation) -> ApiKeySecret:
    """A secret that was never used is replaced without an overlap: its answer may have been lost.

    Raises ApiKeyNotFound or ApiKeyEnded.
    """
    key = await _lock(session, origin, key_id)
    secret, ends_at = new_secret(origin.merchant_id, key.mode), origin.now + timedelta(hours=body.overlap_hours)
    if body.overlap_hours == 0:
        key.previous_hash = key.previous_until = None
    elif key.secret_used_at is not None or key.previous_until is None or key.previous_until <= origin.now:
        key.previous_hash, key.previous_until = key.secret_hash, ends_at
    else:
        key.previous_until = ends_at
    key.secret_hash, key.prefix, key.secret_used_at, key.updated_at = secret.hash, secret.prefix, None, origin.now
    await session.flush()
    record_change(session, origin, "api_key.rotated", subject_id=key.id, after={"overlap_hours": body.overlap_hours})
    return await _with_secret(session, origin, key, secret.text)


async def revoke_key(session: AsyncSession, origin: Origin, key_id: UUID) -> None:
    """Once: a key that is revoked stays so. Raises ApiKeyNotFound."""
    key = await ApiKeyRepository(session, origin.merchant_id).find_or_raise(key_id, ApiKeyNotFound, is_locked=True)
    if key.revoked_at is None:
        key.revoked_at = key.updated_at = origin.now
        key.previous_hash = key.previous_until = None
        record_change(session, origin, "api_key.revoked", subject_id=key.id, after={"name": key.name})


async def _lock(session: AsyncSession, origin: Origin, key_id: UUID) -> ApiKey:
    """Raises ApiKeyNotFound or ApiKeyEnded."""
    key = await ApiKeyRepository(session, origin.merchant_id).find_or_raise(key_id, ApiKeyNotFound, is_locked=True)
    if key.revoked_at is not None:
        raise ApiKeyEnded
    return key


async def _with_secret(session: AsyncSession, origin: Origin, key: ApiKey, text: str) -> ApiKeySecret:
    detail = await get_key(session, origin, key.id)
    return ApiKeySecret(**msgspec.structs.asdict(detail), secret=text)


def _rights(key: ApiKey) -> Fields:
    return {
        "name": key.name,
        "permissions": key.permissions,
        "store_ids": [str(store_id) for store_id in key.store_ids] if key.store_ids is not None else None,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
    }


def _sorted(store_ids: list[UUID] | None) -> list[UUID] | None:
    return sorted(set(store_ids)) if store_ids is not None else None
