from datetime import datetime
from hashlib import sha256
from uuid import UUID

import asyncpg
import msgspec

from backend.access.actor import Actor

FIND_ACTOR = "SELECT actor_by_token($1, $2)"
NOTE_SEEN = "UPDATE access_tokens SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2"

_actor = msgspec.json.Decoder(Actor)


def token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def find_actor(pool: asyncpg.Pool, token: str, now: datetime) -> Actor | None:
    """The token's user; None when the token is unknown or revoked, or its user is disabled."""
    document = await pool.fetchval(FIND_ACTOR, token_hash(token), now)
    return _actor.decode(document) if document else None


async def note_seen(pool: asyncpg.Pool, sign_in_id: UUID, now: datetime) -> None:
    await pool.execute(NOTE_SEEN, sign_in_id, now)
