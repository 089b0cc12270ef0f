"""Requests and responses of Apple's web service, in Apple's names."""

from typing import Annotated

from msgspec import Meta, Struct

from backend.core.schemas import Answer

PushToken = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{1,200}$(?!\n)")]


class Registration(Struct, rename="camel"):
    push_token: PushToken


class ChangedPasses(Answer, rename="camel"):
    serial_numbers: list[str]
    last_updated: str
    """Opaque; the phone sends it back as `passesUpdatedSince`."""


class PhoneLog(Struct):
    logs: list[str]
