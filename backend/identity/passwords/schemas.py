from datetime import datetime
from typing import Annotated

from msgspec import Meta

from backend.core.schemas import Answer, Body

NewPassword = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=256,
        description="At least 15 characters, or 12 with a second factor, and not easy to guess.",
    ),
]


class ChangedPassword(Body):
    """A new password."""

    password: NewPassword


class PasswordResetQuestion(Body):
    """Somebody has forgotten their password."""

    email: Annotated[str, Meta(min_length=1, max_length=254)]
    """Address with which the person signs in. The link is sent to it."""


class PasswordResetLink(Answer):
    """For whom the link is, and what the new password needs."""

    email: str
    """Address of the account."""
    length_min: int
    """Least number of characters of the new password."""
    expires_at: datetime
    """When the link expires (UTC)."""
