"""Whether the platform, or a merchant, is ready for customers."""

from backend.operations.readiness.schemas import ReadinessBoard
from frontend.api.client import Caller


async def get_readiness(caller: Caller, merchant_code: str | None) -> ReadinessBoard:
    """Without a code: the platform’s."""
    asked = {"merchant_code": merchant_code} if merchant_code else {}
    return await caller.get("/admin/readiness", ReadinessBoard, **asked)
