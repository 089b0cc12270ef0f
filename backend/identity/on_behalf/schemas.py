from typing import Annotated

from msgspec import Meta

from backend.core.schemas import ONE_LINE, Body


class OnBehalfReason(Body):
    reason: Annotated[
        str,
        Meta(
            min_length=3, max_length=200, pattern=ONE_LINE, extra={"format": "line"}, examples=["Ticket 4711: rewards"]
        ),
    ]
    """Why. The merchant reads it in their audit, which is never deleted: it must not name customers."""
