from typing import Annotated

from msgspec import Meta

from backend.core.schemas import ONE_LINE, Body


class OnBehalfReason(Body):
    """Why an administrator acts for a merchant."""

    reason: Annotated[str, Meta(min_length=3, max_length=200, pattern=ONE_LINE, examples=["Ticket 4711: rewards"])]
    """One line that the merchant reads in its audit, which is never deleted. It must not name customers."""
