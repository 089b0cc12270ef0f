from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.features import LOYALTY
from backend.access.guards import Connection
from backend.access.problems import ApiKeyRevoked, Unauthenticated
from backend.api_keys.key_secrets import read_secret
from backend.api_keys.models import ApiKey
from backend.api_keys.principal import ApiKeyPrincipal
from backend.api_keys.problems import ApiKeyNotFound
from backend.api_keys.schemas import ApiKeyDetail, ApiKeyList, OwnApiKey, OwnKeyStore
from backend.core.clock import clock
from backend.core.origin import Origin
from backend.core.repository import TenantRepository
from backend.core.resources import resources_of
from backend.staff.models import User

FIND_KEY = "SELECT api_key_by_secret($1, $2, $3)"
LISTED_MAX = 200

_principal = msgspec.json.Decoder(ApiKeyPrincipal)


async def find_api_key(connection: Connection, token: str) -> ApiKeyPrincipal:
    """Raises Unauthenticated, or ApiKeyRevoked for one that has worked before."""
    claim = read_secret(token)
    if claim is None:
        raise Unauthenticated
    document = await resources_of(connection).pool.fetchval(FIND_KEY, claim.merchant_id, claim.hash, clock.now())
    if document is None:
        raise Unauthenticated
    principal = _principal.decode(document)
    if principal.is_over:
        raise ApiKeyRevoked
    return principal


class ApiKeyRepository(TenantRepository[ApiKey]):
    model_type = ApiKey


async def get_key(session: AsyncSession, origin: Origin, key_id: UUID) -> ApiKeyDetail:
    """Raises ApiKeyNotFound."""
    key = await ApiKeyRepository(session, origin.merchant_id).find_or_raise(key_id, ApiKeyNotFound)
    return show_key(key, origin.now, await _names(session, [key]))


async def list_keys(session: AsyncSession, origin: Origin) -> ApiKeyList:
    """Those that work first, the newest before the others; of those that do not, the last ones."""
    mine = select(ApiKey).where(ApiKey.merchant_id == origin.merchant_id)
    in_order = mine.order_by(ApiKey.revoked_at.is_not(None), ApiKey.created_at.desc(), ApiKey.id.desc())
    keys = list(await session.scalars(in_order.limit(LISTED_MAX)))
    names = await _names(session, keys)
    return ApiKeyList([show_key(key, origin.now, names) for key in keys])


async def count_working(session: AsyncSession, merchant_id: UUID) -> int:
    working = ApiKey.merchant_id == merchant_id, ApiKey.revoked_at.is_(None)
    return await session.scalar(select(func.count()).where(*working)) or 0


def show_key(key: ApiKey, now: datetime, names: dict[UUID, str]) -> ApiKeyDetail:
    """`names`: of people, by id."""
    return ApiKeyDetail(
        id=key.id,
        name=key.name,
        mode=key.mode,
        prefix=key.prefix,
        state=_state(key, now),
        store_ids=key.store_ids,
        permissions=key.permissions,
        created_by=names.get(key.created_by),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        secret_used_at=key.secret_used_at,
        previous_until=key.previous_until if key.previous_until and key.previous_until > now else None,
        revoked_at=key.revoked_at,
        version=key.version,
    )


def show_own(principal: ApiKeyPrincipal) -> OwnApiKey:
    assert principal.merchant is not None, "a key belongs to a merchant"
    return OwnApiKey(
        id=principal.key_id,
        name=principal.name,
        mode=principal.mode,
        merchant_code=principal.merchant.code,
        merchant_name=principal.merchant.name,
        stores=[
            OwnKeyStore(store.id, store.code, store.name, principal.has_feature(LOYALTY, store))
            for store in principal.stores
        ],
        permissions=principal.permissions,
        expires_at=principal.expires_at,
    )


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "active"


async def _names(session: AsyncSession, keys: list[ApiKey]) -> dict[UUID, str]:
    people = select(User).where(User.id.in_({key.created_by for key in keys}))
    return {user.id: user.name for user in await session.scalars(people)}
