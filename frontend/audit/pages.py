"""What people have changed: a list with filters, one entry, and the list as a file."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import asdict, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from litestar import Controller, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from frontend.api.audit import export_audit_entries, get_audit_entry, get_audit_overview, list_audit_entries
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.audit.area import ADMIN, OFFICE, Area
from frontend.audit.asked import AuditAsked
from frontend.audit.messages import AuditMessages
from frontend.kit.forms import read_query
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request

NOT_FOUND, GONE = 404, 410
CSV = "text/csv"


class AuditPages(Controller):
    """A subclass names its area."""

    area: ClassVar[Area]

    @get()
    async def show_list(self, request: Request, caller: NamedDependency[Caller]) -> Response[str]:
        form = read_query(request)
        asked, after = AuditAsked.of(form, is_admin=self.area.is_admin), form.optional("after")
        try:
            return await self._list(request, caller, asked, after)
        except BackendProblem as problem:
            if problem.status == GONE:
                return await self._list(request, caller, asked, None)
            if problem.status != NOT_FOUND or not asked.merchant:
                raise
            # The merchant's code: the list is shown without it, and the field says why.
            return await self._list(request, caller, asked, None, error=problem.sentence)

    @get("/export")
    async def export(self, request: Request, caller: NamedDependency[Caller]) -> Stream:
        asked = AuditAsked.of(read_query(request), is_admin=self.area.is_admin)
        parts = export_audit_entries(caller, self.area.audience, asked.sent)
        # A refusal is told as a page; later there is only half a file.
        first = await anext(parts)
        name = f'attachment; filename="audit-{datetime.now().astimezone():%Y-%m-%d}.csv"'
        return Stream(_parts(first, parts), media_type=CSV, headers={"Content-Disposition": name})

    @get("/{entry_id:uuid}")
    async def show_entry(
        self, request: Request, caller: NamedDependency[Caller], entry_id: FromPath[UUID]
    ) -> Response[str]:
        merchant = AuditAsked.of(read_query(request), is_admin=self.area.is_admin).merchant
        entry = await get_audit_entry(caller, self.area.audience, entry_id, merchant)
        messages = AuditMessages(language_of(request))
        return page(request, "audit/entry.html", area=self.area, entry=entry, merchant=merchant, messages=messages)

    async def _list(
        self, request: Request, caller: Caller, asked: AuditAsked, after: str | None, *, error: str = ""
    ) -> Response[str]:
        """`error`: why there is no list of this merchant."""
        listed = replace(asked, merchant="") if error else asked
        entries, overview = await asyncio.gather(
            list_audit_entries(caller, self.area.audience, listed.sent, after),
            get_audit_overview(caller, self.area.audience, listed.merchant),
        )
        return page(
            request,
            "audit/list.html",
            status=NOT_FOUND if error else 200,
            area=self.area,
            entries=entries,
            overview=overview,
            asked=asked,
            merchant=listed.merchant,
            filters={name: value for name, value in asdict(listed).items() if value},
            after=after,
            error=error,
            messages=AuditMessages(language_of(request)),
        )


async def _parts(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with aclosing(rest):
        yield first
        async for part in rest:
            yield part


def audit_pages(area: Area) -> Router:
    return Router(area.path, route_handlers=[type(AuditPages.__name__, (AuditPages,), {"area": area})])


ADMIN_AUDIT, OFFICE_AUDIT = audit_pages(ADMIN), audit_pages(OFFICE)
