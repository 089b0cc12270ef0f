from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.leases import LEASE
from backend.loyalty.previews.messages import error_of, sentence_of
from backend.loyalty.previews.models import ProgramPreview
from backend.loyalty.previews.problems import PreviewNotFound
from backend.loyalty.previews.schemas import PreviewResult, PreviewView, ProgramDraft

SILENCE = LEASE
"""A preview that has not given a sign of life for so long is taken over."""
GIVEN_UP = timedelta(minutes=3)
"""And one that nobody has taken over until then has failed."""
TRIES = 3
"""One that has outlived so many processes has ended them, and has failed."""
UNFINISHED = ("queued", "running")


async def get_preview(session: AsyncSession, merchant_id: UUID, preview_id: UUID) -> ProgramPreview:
    """Raises PreviewNotFound."""
    preview = await session.get(ProgramPreview, (merchant_id, preview_id))
    if preview is None:
        raise PreviewNotFound
    return preview


async def find_unfinished(session: AsyncSession, merchant_id: UUID, now: datetime) -> ProgramPreview | None:
    """One that waits or is worked on."""
    previews = await session.scalars(
        select(ProgramPreview).where(ProgramPreview.merchant_id == merchant_id, ProgramPreview.state.in_(UNFINISHED))
    )
    return next((preview for preview in previews if not is_lost(preview, now)), None)


def is_lost(preview: ProgramPreview, now: datetime) -> bool:
    """No process works on it any more, although its row says so."""
    patience = SILENCE if preview.attempts >= TRIES else GIVEN_UP
    return preview.state == "running" and (preview.heartbeat_at or preview.created_at) + patience < now


def preview_view(preview: ProgramPreview, language: str, now: datetime) -> PreviewView:
    error = "died" if is_lost(preview, now) else preview.error
    return PreviewView(
        id=preview.id,
        state="failed" if error else preview.state,
        draft=msgspec.convert(preview.draft, ProgramDraft),
        cards_done=preview.cards_done,
        cards_total=preview.cards_total,
        created_at=preview.created_at,
        finished_at=preview.finished_at,
        error=error_of(error, language) if error else None,
        result=_result(preview, language),
    )


def _result(preview: ProgramPreview, language: str) -> PreviewResult | None:
    if preview.result is None:
        return None
    result = msgspec.convert(preview.result, PreviewResult)
    for example in (*result.better, *result.worse):
        example.sentence = sentence_of(example, language)
    return result
