"""When a session has ended by itself, and when its person may change their own account."""

from datetime import datetime, timedelta

from backend.access.actor import Actor
from backend.core.platform_settings import SecuritySettings

SEEN_EVERY = timedelta(minutes=1)
CONFIRMED_FOR = timedelta(minutes=10)


def is_over(actor: Actor, security: SecuritySettings, now: datetime) -> bool:
    """Past its expiry, or without a request for longer than the settings allow."""
    return actor.is_expired or has_idled(actor.last_seen_at, security, now, is_platform=actor.is_of_platform)


def has_idled(last_seen_at: datetime, security: SecuritySettings, now: datetime, *, is_platform: bool) -> bool:
    minutes = security.platform_idle_minutes if is_platform else security.staff_idle_minutes
    return last_seen_at + timedelta(minutes=minutes) <= now


def must_be_noted(actor: Actor, now: datetime) -> bool:
    return actor.last_seen_at + SEEN_EVERY <= now


def is_confirmed(actor: Actor, now: datetime) -> bool:
    return actor.confirmed_at is not None and now < actor.confirmed_at + CONFIRMED_FOR


def lacks_factor(actor: Actor, *, is_production: bool) -> bool:
    """Administrators in production do nothing without a second factor but set one up."""
    return is_production and actor.is_of_platform and actor.second_factor is None
