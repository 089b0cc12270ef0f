"""Audit entries: a merchant's own for the owner, any chain for administrators."""

from collections.abc import AsyncGenerator, Mapping
from typing import Literal
from uuid import UUID

from backend.audit.schemas import AuditEntryView, AuditOverview
from backend.core.schemas import Page
from frontend.api.client import Caller

Audience = Literal["merchant", "admin"]
Asked = Mapping[str, str]
"""The query of the API; what is empty is not asked."""
PAGE = 50


async def list_audit_entries(
    caller: Caller, audience: Audience, asked: Asked, after: str | None
) -> Page[AuditEntryView]:
    """`after`: the cursor of the page before."""
    query = _sent(asked)
    return await caller.get(f"/{audience}/audit", Page[AuditEntryView], **query, after=after, limit=PAGE)


async def get_audit_overview(caller: Caller, audience: Audience, merchant: str) -> AuditOverview:
    """`merchant`: a code; for administrators only."""
    return await caller.get(f"/{audience}/audit/overview", AuditOverview, merchant=merchant or None)


async def get_audit_entry(caller: Caller, audience: Audience, entry_id: UUID, merchant: str) -> AuditEntryView:
    return await caller.get(f"/{audience}/audit/{entry_id}", AuditEntryView, merchant=merchant or None)


def export_audit_entries(caller: Caller, audience: Audience, asked: Asked) -> AsyncGenerator[bytes, None]:
    return caller.download(f"/{audience}/audit/export", **_sent(asked))


def _sent(asked: Asked) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}
