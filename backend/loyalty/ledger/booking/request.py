"""Where a request books: who asks, the ledger, and the key its answer is kept under."""

from dataclasses import dataclass
from typing import Annotated, Unpack
from uuid import UUID

from litestar import Response
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import HeaderParameter

from backend.core.idempotency import Key, Reply, key_for
from backend.core.origin import Origin
from backend.core.schemas import Body
from backend.loyalty.ledger.booking.ledger import JointOperation, Ledger, Operation, Particulars

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        required=False,
        description="1 to 128 printable characters, made by the client and kept before sending. Required.",
    ),
]
REPLAYED = [
    ResponseHeader(
        name="Idempotency-Replayed", documentation_only=True, description="`true` when this is the first answer again"
    )
]


@dataclass(frozen=True, slots=True)
class Desk:
    ledger: Ledger
    origin: Origin
    idempotency_key: str | None

    def key(self, body: Body) -> Key:
        """The same for the same request at the same store. Raises IdempotencyKeyMissing."""
        return key_for(self.idempotency_key, f"{self.origin.store_id or ''}{self.origin.instance}", body)

    def optional_key(self, body: Body) -> Key | None:
        """For what is safe to repeat by itself; a key makes the answer the same too."""
        return self.key(body) if self.idempotency_key is not None else None

    async def book(self, operation: Operation, body: Body, **particulars: Unpack[Particulars]) -> Response[bytes]:
        """Raises IdempotencyKeyMissing and what `Ledger.book` raises."""
        return sent(await self.ledger.book(operation, self.origin, self.key(body), **particulars))

    async def book_together(
        self, operation: JointOperation, body: Body, *, kept_id: UUID, merged_id: UUID
    ) -> Response[bytes]:
        """Raises IdempotencyKeyMissing and what `Ledger.book_together` raises."""
        key = self.key(body)
        return sent(await self.ledger.book_together(operation, self.origin, key, kept_id=kept_id, merged_id=merged_id))


def provide_desk(
    origin: NamedDependency[Origin], ledger: NamedDependency[Ledger], idempotency_key: IdempotencyKey = None
) -> Desk:
    return Desk(ledger, origin, idempotency_key)


def sent(reply: Reply) -> Response[bytes]:
    """The bytes as they are, so that a repeated answer cannot differ."""
    return Response(reply.body, status_code=reply.status, media_type=reply.media_type, headers=reply.headers)
