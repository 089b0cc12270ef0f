"""What has been changed, for the platform’s own people: in the platform, or by a merchant."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Stream

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import VIEW_AUDIT
from backend.access.problems import SIGNED_IN
from backend.audit.chains import PLATFORM
from backend.audit.problems import AuditEntryNotFound
from backend.audit.schemas import AuditEntryView, AuditOverview
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.schemas import Page
from backend.merchants.problems import MerchantNotFound
from backend.merchants.queries import get_merchant_id
from backend.operations.audit.reading import AuditAsked, AuditReader, platforms_reader, record_platform_export
from backend.operations.audit.routes.parameters import CSV, CSV_ANSWER, OfMerchant, attachment, provide_asked


class AdminAuditController(Controller):
    path = "/audit"
    tags = ["Audit"]
    dependencies = {"audit_asked": Provide(provide_asked, sync_to_thread=False)}

    @get(
        operation_id="listAuditEntriesOfChain",
        summary="What people have changed, newest first unless asked otherwise",
        guards=[for_platform(VIEW_AUDIT)],
        responses=refusals(*SIGNED_IN, MerchantNotFound, CursorExpired, ValidationFailed),
    )
    async def entries(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        audit_asked: NamedDependency[AuditAsked],
        merchant: OfMerchant = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[AuditEntryView]:
        reader = await _reader(sessions, platform_origin, merchant)
        filters = reader.filters(audit_asked)
        return await reader.page(cursors, filters, limit, after)

    @get(
        "/overview",
        operation_id="getAuditOverviewOfChain",
        summary="Whether the entries are intact, who has entries, and about what",
        guards=[for_platform(VIEW_AUDIT)],
        responses={200: success(AuditOverview)} | refusals(*SIGNED_IN, MerchantNotFound),
    )
    async def overview(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
        merchant: OfMerchant = None,
    ) -> AuditOverview:
        return await (await _reader(sessions, platform_origin, merchant)).overview()

    @get(
        "/export",
        operation_id="exportAuditEntriesOfChain",
        summary="The entries as CSV",
        description="A row for each field that changed. The export is an entry itself.",
        guards=[all_of(for_platform(VIEW_AUDIT), limited("export_audit", 10))],
        responses={200: CSV_ANSWER} | refusals(*SIGNED_IN, MerchantNotFound, ValidationFailed),
    )
    async def export(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
        audit_asked: NamedDependency[AuditAsked],
        merchant: OfMerchant = None,
    ) -> Stream:
        reader = await _reader(sessions, platform_origin, merchant)
        filters = reader.filters(audit_asked)
        await record_platform_export(sessions, platform_origin, (merchant or PLATFORM.code).lower(), filters)
        return Stream(
            reader.lines(filters), media_type=CSV, headers=attachment(f"audit-{platform_origin.now:%Y-%m-%d}.csv")
        )

    @get(
        "/{entry_id:uuid}",
        operation_id="getAuditEntryOfChain",
        summary="One entry of the audit",
        guards=[for_platform(VIEW_AUDIT)],
        responses={200: success(AuditEntryView)} | refusals(*SIGNED_IN, MerchantNotFound, AuditEntryNotFound),
    )
    async def entry(
        self,
        entry_id: FromPath[UUID],
        platform_origin: NamedDependency[PlatformOrigin],
        sessions: NamedDependency[Sessions],
        merchant: OfMerchant = None,
    ) -> AuditEntryView:
        return await (await _reader(sessions, platform_origin, merchant)).get(entry_id)


async def _reader(sessions: Sessions, origin: PlatformOrigin, merchant: str | None) -> AuditReader:
    """Raises MerchantNotFound."""
    merchant_id = await get_merchant_id(sessions, merchant) if merchant else None
    return await platforms_reader(sessions, origin, merchant_id)
