"""What the owner of the database does with test customers: the application may not delete what is written."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.core.connectivity import StartRefused, reach_database
from backend.core.database_connector import connector
from backend.core.migrations import SETTING, owner_engine

CHUNK = 100
MAY = text("SELECT has_table_privilege('transactions', 'DELETE')")
LIST = text("SELECT * FROM list_test_customers(:merchant, :after, :limit)")
REMOVE = text("SELECT remove_test_customers(:merchant, :customers)")
FIRST = UUID(int=0)


class MarkedCustomer(NamedTuple):
    customer_id: UUID
    kin: list[UUID]
    """All whose cards merges have connected with this one's, this one too."""
    is_free: bool
    """Nobody of the kin is a real customer."""
    codes: list[str]
    """Of the cards."""

    @property
    def is_first(self) -> bool:
        """Kin that are all marked are listed once each, and removed together."""
        return self.customer_id == min(self.kin)


@dataclass(frozen=True, slots=True)
class DatabaseOwner:
    engine: AsyncEngine

    @classmethod
    @asynccontextmanager
    async def connected(cls, url: str) -> AsyncIterator[Self]:
        """Raises StartRefused when the database is away, or the user of the address is not its owner."""
        connection = await reach_database(SETTING, url, lambda address: connector(address, {}))
        await connection.close()
        engine = owner_engine(url)
        try:
            async with engine.connect() as opened:
                if not await opened.scalar(MAY):
                    raise StartRefused(f"That user may not remove test data: let {SETTING} name the database's owner.")
            yield cls(engine)
        finally:
            await engine.dispose()

    async def marked_customers(self, merchant_id: UUID) -> AsyncIterator[list[MarkedCustomer]]:
        """In chunks, in the order of their ids."""
        after = FIRST
        while True:
            async with self.engine.connect() as connection:
                values = {"merchant": merchant_id, "after": after, "limit": CHUNK}
                found = [MarkedCustomer(*row) for row in await connection.execute(LIST, values)]
            if found:
                yield found
            if len(found) < CHUNK:
                return
            after = found[-1].customer_id

    async def remove(self, merchant_id: UUID, customers: Sequence[UUID], *, is_dry_run: bool) -> dict[str, int]:
        """Number of rows by table, in one transaction; a dry run takes it back."""
        async with self.engine.connect() as connection:
            values = {"merchant": merchant_id, "customers": list(customers)}
            removed: dict[str, int] = await connection.scalar(REMOVE, values)
            if not is_dry_run:
                await connection.commit()
        return removed
