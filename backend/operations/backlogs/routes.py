"""What waits in the background, for platform admins."""

import asyncpg
from litestar import Controller, get
from litestar.di import NamedDependency
from redis.asyncio import Redis

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import RUN_TASKS
from backend.access.problems import SIGNED_IN
from backend.core.clock import clock
from backend.core.openapi import refusals, success
from backend.operations.backlogs.queries import read_backlogs
from backend.operations.backlogs.schemas import Backlogs


class BacklogController(Controller):
    path = "/backlogs"
    tags = ["Operations"]

    @get(
        operation_id="getBacklogs",
        summary="What waits: events, emails, passes, webhooks, and the jobs in Redis",
        guards=[all_of(for_platform(RUN_TASKS), limited("backlogs", 60))],
        responses={200: success(Backlogs)} | refusals(*SIGNED_IN),
    )
    async def show(self, pool: NamedDependency[asyncpg.Pool], redis: NamedDependency[Redis]) -> Backlogs:
        return await read_backlogs(pool, redis, clock.now())
