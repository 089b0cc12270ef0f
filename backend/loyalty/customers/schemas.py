from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body

Email = Annotated[
    str, Meta(max_length=254, pattern=r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$", examples=["marie.weber@example.com"])
]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Phone = Annotated[str, Meta(pattern=r"^\+?[0-9 ()./-]{5,25}$(?!\n)", examples=["+352 621 123 456"])]
Language = Literal["en", "fr", "de", "lb"]


class Person(Body):
    """What a customer tells of themself."""

    email: Email
    first_name: Name | None = None
    last_name: Name | None = None
    phone: Phone | None = None
    birth_date: date | None = None
    language: Language | None = None


class CustomerView(Answer):
    id: UUID
    name: str
    """First and last name as given; the email's part before the @ when no name was given."""
    first_name: str | None
    last_name: str | None
    email: str
    phone: str | None
    birth_date: date | None
    language: str
