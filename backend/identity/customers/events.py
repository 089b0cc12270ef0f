from uuid import UUID

from backend.core.events import DomainEvent


class SignInCodeAsked(DomainEvent, frozen=True):
    """Somebody has entered an email to sign in. It is looked up afterwards, so that time reveals nothing."""

    sign_in_id: UUID
