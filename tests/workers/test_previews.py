"""Previews in the background."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from arq.worker import Worker

from backend.core.clock import clock
from backend.core.leases import LEASE
from backend.core.platform_settings import PrivacySettings
from backend.loyalty.previews.actions import Previews
from backend.loyalty.previews.models import ProgramPreview
from backend.loyalty.previews.queries import TRIES
from backend.loyalty.previews.schemas import ProgramDraft
from backend.services import Services
from tests.conftest import LogLines
from tests.doubles.phone import Killed
from tests.workers.conftest import run
from tests.world.caller import refused
from tests.world.office import Office
from tests.world.shop import Shop
from workers.jobs.previews import preview_program, preview_programs
from workers.jobs.purge import purge


async def test_the_worker_makes_what_was_asked_for(shop: Shop, workers: list[Worker]) -> None:
    await shop.a_card(points=5)
    office = Office.of(shop.claire)
    preview = await office.try_terms(points_per_euro="2")
    await run(workers)
    assert (await office.preview(preview))["result"]["draft"]["points_outstanding"] == 10


async def test_two_workers_make_a_preview_once(
    shop: Shop, working: dict[str, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, previews = Office.of(shop.claire), working["services"].previews
    preview_id = UUID((await office.try_terms())["id"])
    made: list[UUID] = []
    replay = type(previews)._replay

    async def counted(self: Previews, merchant_id: UUID, preview: UUID, draft: ProgramDraft) -> object:
        made.append(preview)
        return await replay(self, merchant_id, preview, draft)

    monkeypatch.setattr(type(previews), "_replay", counted)
    await asyncio.gather(
        previews.make(shop.merchant_id, preview_id),
        previews.make(shop.merchant_id, preview_id),
        previews.make_waiting(shop.merchant_id),
    )
    assert made == [preview_id]
    assert (await office.preview(str(preview_id)))["state"] == "done"


async def test_a_preview_whose_worker_is_stopped_is_made_by_the_next_one(
    shop: Shop, working: dict[str, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, previews = Office.of(shop.claire), working["services"].previews
    preview = await office.try_terms()
    begun = asyncio.Event()

    async def endless(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(type(previews), "_replay", endless)
        stopped = asyncio.create_task(preview_program(working, str(shop.merchant_id), preview["id"]))
        await begun.wait()
        stopped.cancel()
        await asyncio.gather(stopped, return_exceptions=True)
    assert (await office.preview(preview))["state"] == "queued"
    await preview_program(working | {"job_try": 2}, str(shop.merchant_id), preview["id"])
    assert (await office.preview(preview))["state"] == "done"


async def test_a_preview_whose_worker_was_killed_is_taken_over_once_it_is_silent(
    shop: Shop, working: dict[str, Services]
) -> None:
    office = Office.of(shop.claire)
    preview = await office.try_terms()
    await shop.change(ProgramPreview, state="running", heartbeat_at=clock.now())
    await preview_programs(working)
    assert (await office.preview(preview))["state"] == "running"
    clock.move(LEASE + timedelta(seconds=1))
    await preview_programs(working)
    assert (await office.preview(preview))["state"] == "done"


async def test_a_preview_that_ends_every_worker_is_given_up_after_three_of_them(
    shop: Shop, working: dict[str, Services], monkeypatch: pytest.MonkeyPatch, log_lines: LogLines
) -> None:
    """F7. A worker that is killed writes nothing; here the row stays as it leaves it."""
    office, preview = Office.of(shop.claire), await Office.of(shop.claire).try_terms()
    begun: list[object] = []

    async def fatal(*told: object) -> None:
        begun.append(told)
        await shop.change(ProgramPreview, state="running", heartbeat_at=clock.now())
        raise Killed

    monkeypatch.setattr(type(working["services"].previews), "_replay", fatal)
    for _ in range(TRIES + 1):
        with suppress(Killed):
            await preview_programs(working)
        clock.move(LEASE + timedelta(seconds=1))
    assert len(begun) == TRIES
    seen = await office.preview(preview)
    assert (seen["state"], bool(seen["error"])) == ("failed", True)
    assert [row["attempts"] for row in log_lines() if row["event"] == "preview_given_up"] == [TRIES]
    assert (await office.try_terms())["state"] == "queued", "another one can be asked for"


async def test_workers_that_are_stopped_cost_a_preview_no_try(
    shop: Shop, working: dict[str, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, preview = Office.of(shop.claire), await Office.of(shop.claire).try_terms()

    async def stopped(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(type(working["services"].previews), "_replay", stopped)
        for _ in range(TRIES + 1):
            with suppress(asyncio.CancelledError):
                await preview_programs(working)
    await preview_programs(working)
    assert (await office.preview(preview))["state"] == "done"


async def test_old_previews_are_thrown_away(
    shop: Shop, working: dict[str, Services], superuser: asyncpg.Connection
) -> None:
    office = Office.of(shop.claire)
    preview = await office.try_terms()
    clock.move(timedelta(days=PrivacySettings().previews_days) - timedelta(seconds=5))
    await purge(working)
    await office.preview(preview)
    clock.move(timedelta(seconds=10))
    await purge(working)
    with refused("preview_not_found", 404):
        await office.preview(preview)
