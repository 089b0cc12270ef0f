"""An event of tests."""

from backend.core.events import DomainEvent


class BreadBaked(DomainEvent, frozen=True):
    loaves: int
