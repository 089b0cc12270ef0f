"""Requests and responses of Apple's web service, in Apple's names."""

from typing import Annotated

from msgspec import Meta, Struct

from backend.core.schemas import Answer

PushToken = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{1,200}$(?!\n)")]


class Registration(Struct, rename="camel"):
    """A phone registers for updates of a pass."""

    push_token: PushToken
    """Token with which Apple's push service reaches the phone."""


class ChangedPasses(Answer, rename="camel"):
    """The passes of a phone that have changed."""

    serial_numbers: list[str]
    """Serial numbers of the passes."""
    last_updated: str
    """Opaque. The phone sends it back as `passesUpdatedSince`."""


class PhoneLog(Struct):
    """What a phone complains about."""

    logs: list[str]
    """Messages of the phone."""
