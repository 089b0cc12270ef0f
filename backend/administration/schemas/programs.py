"""A merchant's program, as administrators see it."""

from typing import Literal

from backend.core.schemas import Answer, Body

ProgramType = Literal["stamps", "points", "hybrid"]


class TemplateChoice(Body):
    """Which template a program is made from."""

    type: ProgramType
    """What the program collects: `stamps`, `points` or both (`hybrid`)."""


class ProgramSummary(Answer):
    """The merchant's program in short."""

    type: ProgramType
    """What the program collects: `stamps`, `points` or both (`hybrid`)."""
    name: str
    """Name of the program."""
    is_active: bool
    """False while the program is closed: nothing is earned or redeemed."""
