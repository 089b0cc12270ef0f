from backend.core.events import DomainEvent


class RewardsChanged(DomainEvent, frozen=True):
    """What passes show of the rewards has changed: which are offered, their names or their points."""
