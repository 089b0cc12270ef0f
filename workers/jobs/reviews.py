"""Timed jobs of operations that tablets did offline."""

from typing import Any

from backend.core.queue import SEND_MAILS, try_to_wake
from backend.operations.reviews.tasks import ReviewNotices
from backend.services import Services


async def tell_of_reviews(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    await ReviewNotices(services.sessions, services.live, services.settings.public_url).run()
    await try_to_wake(services.queue, SEND_MAILS)
