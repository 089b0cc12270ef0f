"""Verifies the hash chains of audit entries, in chunks, so that a million entries need little memory."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from backend.core.database import ENTER

ENTRIES_AT_ONCE = 5000
SECONDS_MAX = 120
BEGIN = f"SET LOCAL statement_timeout = '{SECONDS_MAX}s'"
ChainFault = Literal["missing", "unlinked", "changed", "cut_off", "beyond_head", "rewritten"]
SAYS: dict[ChainFault, str] = {
    "missing": "is missing",
    "unlinked": "does not follow the one before it",
    "changed": "is not what was recorded",
    "cut_off": "is missing at the end",
    "beyond_head": "was added without the chain",
    "rewritten": "is not the one that was there before",
}
# $1 the merchant, $2 the entry before the chunk, $3 its digest, $4 how many. Only one row leaves the database.
CHUNK = """
    SELECT count(*) AS entries, max(seq) AS last, (array_agg(digest ORDER BY seq DESC))[1] AS digest,
           (array_agg(fault ORDER BY seq) FILTER (WHERE fault IS NOT NULL))[1] AS fault,
           min(CASE fault WHEN 'missing' THEN expected ELSE seq END) FILTER (WHERE fault IS NOT NULL) AS faulty
    FROM (
      SELECT c.seq, c.digest, c.expected,
             CASE WHEN c.seq <> c.expected THEN 'missing'
                  WHEN c.previous_digest IS DISTINCT FROM c.before THEN 'unlinked'
                  WHEN c.digest <> c.computed THEN 'changed' END AS fault
      FROM (
        SELECT e.seq, e.digest, e.previous_digest,
               audit_digest(to_jsonb(e), e.recorded_at, e.previous_digest) AS computed,
               lag(e.seq, 1, $2::bigint) OVER w + 1 AS expected, lag(e.digest, 1, $3::bytea) OVER w AS before
        FROM (SELECT * FROM {entries} WHERE {own} AND seq > $2 ORDER BY seq LIMIT $4) e
        WINDOW w AS (ORDER BY e.seq)
      ) c
    ) f
"""
HEAD = "SELECT seq, digest, checked_seq, checked_digest FROM {head} WHERE {own}"
DIGEST = "SELECT digest FROM {entries} WHERE {own} AND seq = $2"
NOTE = """
    UPDATE {head} SET checked_at = $2, fault = $3, faulty_seq = $4,
      checked_seq = coalesce($5, checked_seq), checked_digest = coalesce($6, checked_digest) WHERE {own}
"""


class ChainReport(msgspec.Struct, frozen=True):
    """What a verification has found."""

    chain: str
    """The merchant's code; `platform`."""
    entries: int
    head: str | None
    """Digest of the last entry in hexadecimal. Kept elsewhere, it proves later that nothing up to it was exchanged."""
    fault: ChainFault | None
    faulty_seq: int | None
    """The first entry that is not as it was written."""

    @property
    def sentence(self) -> str:
        """In English, for operators."""
        if self.fault is None:
            return f"{self.chain}: {self.entries} entries, intact, head {self.entries}:{self.head or '-'}"
        return f"{self.chain}: entry {self.faulty_seq} {SAYS[self.fault]}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """An entry's digest that was kept somewhere."""

    seq: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Chain:
    """Of one merchant, or of the platform: then `merchant_id` is None."""

    merchant_id: UUID | None
    code: str

    def sql(self, statement: str) -> str:
        if self.merchant_id is None:
            own, entries, head = "$1::uuid IS NULL", "platform_audit_entries", "platform_audit_heads"
        else:
            own, entries, head = "merchant_id = $1", "audit_entries", "audit_heads"
        return statement.format(own=own, entries=entries, head=head)


PLATFORM = Chain(None, "platform")


@dataclass(frozen=True, slots=True)
class _End:
    """How far the chain was followed."""

    seq: int = 0
    digest: bytes | None = None
    fault: ChainFault | None = None
    faulty_seq: int | None = None


async def verify(
    pool: asyncpg.Pool,
    chain: Chain,
    anchors: tuple[Anchor, ...] = (),
    on_checked: Callable[[int], None] = lambda _: None,
) -> ChainReport:
    """Changes nothing. `on_checked` is called with the number of entries of each chunk."""
    async with _snapshot(pool, chain) as connection:
        end = await _follow(connection, chain, on_checked)
        if end.fault is None:
            end = await _compare(connection, chain, end, anchors)
    digest = end.digest.hex() if end.digest else None
    return ChainReport(chain.code, end.seq, digest, end.fault, end.faulty_seq)


async def note_report(pool: asyncpg.Pool, chain: Chain, report: ChainReport, now: object) -> None:
    """Keeps the outcome beside the head, for the pages. What was intact before stays known when a fault is found."""
    is_intact = report.fault is None
    seq = report.entries if is_intact else None
    digest = bytes.fromhex(report.head) if is_intact and report.head else None
    async with pool.acquire() as connection, connection.transaction():
        await _enter(connection, chain)
        outcome = (now, report.fault, report.faulty_seq, seq, digest)
        await connection.execute(chain.sql(NOTE), chain.merchant_id, *outcome)


@asynccontextmanager
async def _snapshot(pool: asyncpg.Pool, chain: Chain) -> AsyncIterator[asyncpg.Connection]:
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(BEGIN)
        await _enter(connection, chain)
        yield connection


async def _enter(connection: asyncpg.Connection, chain: Chain) -> None:
    if chain.merchant_id is not None:
        await connection.execute(ENTER, str(chain.merchant_id))


async def _follow(connection: asyncpg.Connection, chain: Chain, on_checked: Callable[[int], None]) -> _End:
    statement, end = chain.sql(CHUNK), _End()
    while True:
        told = (chain.merchant_id, end.seq, end.digest, ENTRIES_AT_ONCE)
        row = await connection.fetchrow(statement, *told, timeout=SECONDS_MAX)
        if not row["entries"]:
            return end
        end = _End(row["last"], row["digest"], row["fault"], row["faulty"])
        on_checked(row["entries"])
        if end.fault is not None:
            return end


async def _compare(connection: asyncpg.Connection, chain: Chain, end: _End, anchors: tuple[Anchor, ...]) -> _End:
    """With the head, and with digests that were kept: an end that was cut off is whole in itself."""
    head = await connection.fetchrow(chain.sql(HEAD), chain.merchant_id)
    kept = list(anchors)
    if head is not None:
        kept += [Anchor(head[f"{name}seq"], head[f"{name}digest"]) for name in ("", "checked_") if head[f"{name}seq"]]
    for anchor in sorted(kept, key=lambda each: each.seq):
        if anchor.seq > end.seq:
            return _End(end.seq, end.digest, "cut_off", end.seq + 1)
        if await connection.fetchval(chain.sql(DIGEST), chain.merchant_id, anchor.seq) != anchor.digest:
            return _End(end.seq, end.digest, "rewritten", anchor.seq)
    if end.seq > (head["seq"] if head else 0):
        return _End(end.seq, end.digest, "beyond_head", (head["seq"] if head else 0) + 1)
    return end
