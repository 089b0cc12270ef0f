"""Calls of an owner's office."""

from backend.loyalty.till.schemas import TodayView
from frontend.api.client import Caller


async def get_today(caller: Caller) -> TodayView:
    return await caller.get("/merchant/loyalty/today", TodayView)
