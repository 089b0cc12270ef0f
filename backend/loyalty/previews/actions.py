"""Try terms on the past: request a preview, make it, mark one as failed whose process died."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import structlog
from arq.connections import ArqRedis
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.answers import add_answer, first_answer
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.idempotency import Key, Reply
from backend.core.ids import new_id
from backend.core.leases import renewing
from backend.core.origin import Origin
from backend.core.outages import server_away
from backend.loyalty.ledger.problems.bookings import ProgramInactive
from backend.loyalty.previews.history import previewed, read_groups
from backend.loyalty.previews.jobs import enqueue_preview
from backend.loyalty.previews.models import ProgramPreview
from backend.loyalty.previews.problems import PreviewInProgress
from backend.loyalty.previews.proposed_terms import propose
from backend.loyalty.previews.queries import GIVEN_UP, SILENCE, TRIES, find_unfinished, preview_view
from backend.loyalty.previews.report import PreviewReport
from backend.loyalty.previews.schemas import PreviewResult, ProgramDraft
from backend.loyalty.previews.setup_history import SetupHistory, read_setup_history

ACCEPTED = 202
LOCK = "program preview"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Previews:
    sessions: Sessions
    queue: ArqRedis

    async def request(self, origin: Origin, key: Key, draft: ProgramDraft) -> Reply:
        """202 with the preview that waits now.

        Raises ProgramInactive without a program, ValidationFailed, and PreviewInProgress while another one is made.
        """
        try:
            reply, preview_id = await self._request(origin, key, draft)
        except IntegrityError:
            # Something else was done with this key at the same moment.
            reply, preview_id = await self._request(origin, key, draft)
        if preview_id is not None:
            await enqueue_preview(self.queue, origin.merchant_id, preview_id)
        return reply

    async def _request(self, origin: Origin, key: Key, draft: ProgramDraft) -> tuple[Reply, UUID | None]:
        merchant_id = origin.merchant_id
        async with self.sessions.committing(merchant_id) as session:
            # One request after another: of two at once the second one finds the preview of the first.
            lock = func.hashtextextended(f"{LOCK}:{merchant_id}", 0)
            await session.execute(select(func.pg_advisory_xact_lock(lock)))
            if answer := await first_answer(session, merchant_id, key):
                return answer, None
            history = await _get_setup_history(session, merchant_id)
            propose(draft, history)
            if running := await find_unfinished(session, merchant_id, origin.now):
                raise PreviewInProgress(preview_id=running.id)
            preview = _new_preview(origin, draft, history)
            session.add(preview)
            reply = Reply.of(ACCEPTED, preview_view(preview, origin.language, origin.now))
            add_answer(session, merchant_id, key, reply, origin.now)
        return reply, preview.id

    async def make(self, merchant_id: UUID, preview_id: UUID) -> None:
        """Once, however often it is asked for. A failure is told by the preview's row and by the log.

        Nothing while another process is at it; it is taken over when it has been silent for SILENCE.
        """
        async with self.sessions.committing(merchant_id) as session:
            draft = await _claim(session, merchant_id, preview_id, clock.now())
        if draft is None:
            return
        try:
            async with renewing("preview", partial(self._write, merchant_id, preview_id)):
                result = await self._replay(merchant_id, preview_id, draft)
        except asyncio.CancelledError:
            await self._give_back(merchant_id, preview_id)
            raise
        except Exception as error:
            if server_away(error):
                await self._give_back(merchant_id, preview_id)
                raise
            log.exception("preview_failed", merchant_id=str(merchant_id), preview_id=str(preview_id))
            await self._write(merchant_id, preview_id, state="failed", error="failed", finished_at=clock.now())
        else:
            document = msgspec.to_builtins(result)
            await self._write(merchant_id, preview_id, state="done", result=document, finished_at=clock.now())

    async def _replay(self, merchant_id: UUID, preview_id: UUID, draft: ProgramDraft) -> PreviewResult:
        """As of now. Reads a few hundred cards at a time, and lets others work between two of them."""
        async with self.sessions.committing(merchant_id) as session:
            history = await _get_setup_history(session, merchant_id)
            total = await session.scalar(select(func.count()).where(*previewed(merchant_id))) or 0
        report, done = PreviewReport(history, propose(draft, history), clock.now()), 0
        async for groups in read_groups(self.sessions, merchant_id):
            async with self.sessions.committing(merchant_id) as session:
                history.add_newer(await _get_setup_history(session, merchant_id))
            for group in groups:
                report.add(group)
                done += len(group.cards)
                await asyncio.sleep(0)
            await self._write(merchant_id, preview_id, cards_done=done, cards_total=max(done, total))
        return report.result()

    async def _write(self, merchant_id: UUID, preview_id: UUID, **values: Any) -> None:
        async with self.sessions.committing(merchant_id) as session:
            await session.execute(
                update(ProgramPreview)
                .where(ProgramPreview.merchant_id == merchant_id, ProgramPreview.id == preview_id)
                .values(heartbeat_at=clock.now(), **values)
            )

    async def _give_back(self, merchant_id: UUID, preview_id: UUID) -> None:
        """It costs the preview no try: it has not ended its process."""
        await self._write(merchant_id, preview_id, state="queued", attempts=ProgramPreview.attempts - 1)

    async def make_waiting(self, merchant_id: UUID) -> None:
        """What nobody is at; what nobody takes over, or has ended TRIES processes, is written down as failed."""
        async with self.sessions.committing(merchant_id) as session:
            await _mark_lost(session, merchant_id, clock.now())
            waiting = list(
                await session.scalars(
                    select(ProgramPreview.id).where(ProgramPreview.merchant_id == merchant_id, _is_free(clock.now()))
                )
            )
        for preview_id in waiting:
            await self.make(merchant_id, preview_id)


async def _get_setup_history(session: AsyncSession, merchant_id: UUID) -> SetupHistory:
    """Raises ProgramInactive when the merchant has no program yet."""
    history = await read_setup_history(session, merchant_id, clock.now())
    if history is None:
        raise ProgramInactive
    return history


async def _claim(session: AsyncSession, merchant_id: UUID, preview_id: UUID, now: datetime) -> ProgramDraft | None:
    """None when somebody else has it, or when it is made."""
    draft = await session.scalar(
        update(ProgramPreview)
        .where(ProgramPreview.merchant_id == merchant_id, ProgramPreview.id == preview_id, _is_free(now))
        .values(state="running", heartbeat_at=now, cards_done=0, attempts=ProgramPreview.attempts + 1)
        .returning(ProgramPreview.draft)
    )
    return msgspec.convert(draft, ProgramDraft) if draft is not None else None


def _is_free(now: datetime) -> ColumnElement[bool]:
    return (ProgramPreview.state == "queued") | (_is_silent(now) & (ProgramPreview.attempts < TRIES))


def _is_silent(now: datetime) -> ColumnElement[bool]:
    return (ProgramPreview.state == "running") & (ProgramPreview.heartbeat_at < now - SILENCE)


async def _mark_lost(session: AsyncSession, merchant_id: UUID, now: datetime) -> None:
    is_given_up = (ProgramPreview.heartbeat_at < now - GIVEN_UP) | (ProgramPreview.attempts >= TRIES)
    lost = await session.execute(
        update(ProgramPreview)
        .where(ProgramPreview.merchant_id == merchant_id, _is_silent(now), is_given_up)
        .values(state="failed", error="died", finished_at=now)
        .returning(ProgramPreview.id, ProgramPreview.attempts)
    )
    for preview_id, attempts in lost:
        log.error("preview_given_up", preview_id=str(preview_id), attempts=attempts)


def _new_preview(origin: Origin, draft: ProgramDraft, history: SetupHistory) -> ProgramPreview:
    return ProgramPreview(
        merchant_id=origin.merchant_id,
        id=new_id(),
        program_id=history.program.id,
        draft=msgspec.to_builtins(draft),
        requested_by=origin.user_id or origin.on_behalf_user_id,
        state="queued",
        attempts=0,
        cards_done=0,
        cards_total=0,
        created_at=origin.now,
    )
