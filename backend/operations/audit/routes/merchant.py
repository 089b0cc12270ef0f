"""What has been changed, for the owner."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Stream

from backend.access.guards import ON_BEHALF, all_of, for_merchant, limited
from backend.access.permissions import VIEW_AUDIT
from backend.access.problems import SIGNED_IN
from backend.audit.problems import AuditEntryNotFound
from backend.audit.schemas import AuditEntryView, AuditOverview
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.schemas import Page
from backend.operations.audit.reading import AuditAsked, owners_reader, record_export
from backend.operations.audit.routes.parameters import CSV, CSV_ANSWER, attachment, provide_asked


class MerchantAuditController(Controller):
    path = "/audit"
    tags = ["Audit"]
    dependencies = {"audit_asked": Provide(provide_asked, sync_to_thread=False)}

    @get(
        operation_id="listAuditEntries",
        summary="What people have changed, newest first unless asked otherwise",
        guards=[for_merchant(VIEW_AUDIT)],
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def entries(
        self,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        audit_asked: NamedDependency[AuditAsked],
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[AuditEntryView]:
        reader = await owners_reader(sessions, origin)
        filters = reader.filters(audit_asked)
        return await reader.page(cursors, filters, limit, after)

    @get(
        "/overview",
        operation_id="getAuditOverview",
        summary="Whether the entries are intact, who has entries, and about what",
        guards=[for_merchant(VIEW_AUDIT)],
        responses={200: success(AuditOverview)} | refusals(*SIGNED_IN),
    )
    async def overview(self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]) -> AuditOverview:
        return await (await owners_reader(sessions, origin)).overview()

    @get(
        "/export",
        operation_id="exportAuditEntries",
        summary="The entries as CSV",
        description="A row for each field that changed. The export is an entry itself.",
        guards=[all_of(for_merchant(VIEW_AUDIT), limited("export_audit", 10))],
        opt={ON_BEHALF: False},
        responses={200: CSV_ANSWER} | refusals(*SIGNED_IN, ValidationFailed),
    )
    async def export(
        self,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        audit_asked: NamedDependency[AuditAsked],
    ) -> Stream:
        reader = await owners_reader(sessions, origin)
        filters = reader.filters(audit_asked)
        await record_export(sessions, origin, filters)
        return Stream(reader.lines(filters), media_type=CSV, headers=attachment(f"audit-{origin.now:%Y-%m-%d}.csv"))

    @get(
        "/{entry_id:uuid}",
        operation_id="getAuditEntry",
        summary="One entry of the audit",
        guards=[for_merchant(VIEW_AUDIT)],
        responses={200: success(AuditEntryView)} | refusals(*SIGNED_IN, AuditEntryNotFound),
    )
    async def entry(
        self, entry_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> AuditEntryView:
        return await (await owners_reader(sessions, origin)).get(entry_id)
