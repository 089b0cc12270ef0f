"""Creates a row once, however often the request is repeated with its idempotency key."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import HeaderParameter
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.answers import answer_once
from backend.core.database import Sessions
from backend.core.idempotency import Reply, key_for
from backend.core.origin import Origin
from backend.core.schemas import Body
from backend.core.versions import etag

RepeatKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key", description="Optional. The same request with the same key creates one row only."
    ),
]


class CreatedView(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...


class _Created(msgspec.Struct):
    """What the headers need of a view."""

    id: UUID
    version: int


async def create_once(
    sessions: Sessions,
    origin: Origin,
    repeat_key: str | None,
    body: Body,
    create: Callable[[AsyncSession], Awaitable[CreatedView]],
) -> Response[bytes]:
    """201 with `ETag` and `Location`, and the row's view. Raises IdempotencyKeyMissing or IdempotencyKeyReused."""

    async def work(session: AsyncSession) -> Reply:
        return Reply(201, msgspec.json.encode(await create(session)))

    key = key_for(repeat_key, origin.instance, body) if repeat_key is not None else None
    reply = await answer_once(sessions, origin.merchant_id, key, origin.now, work)
    created = msgspec.json.decode(reply.body, type=_Created)
    headers = {**reply.headers, **etag(created.version), "Location": f"{origin.instance}/{created.id}"}
    return Response(reply.body, status_code=reply.status, media_type=reply.media_type, headers=headers)
