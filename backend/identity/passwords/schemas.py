from datetime import datetime
from typing import Annotated

from msgspec import Meta

from backend.core.schemas import Answer, Body

NewPassword = Annotated[str, Meta(min_length=1, max_length=256)]
"""15 characters, or 12 with a second factor, and not easy to guess."""


class ChangedPassword(Body):
    password: NewPassword


class PasswordResetQuestion(Body):
    email: Annotated[str, Meta(min_length=1, max_length=254)]


class PasswordResetLink(Answer):
    email: str
    length_min: int
    """Characters of the new password."""
    expires_at: datetime
