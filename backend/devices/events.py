from uuid import UUID

from backend.core.events import DomainEvent


class DeviceLockedPeople(DomainEvent, frozen=True):
    """PINs of several people were locked from the device, which is suspended. Recorded by `note_locked_person`."""

    device_id: UUID


class DeviceAccessRevoked(DomainEvent, frozen=True):
    """It does nothing any more, for good."""

    device_id: UUID


class PinLockedOffline(DomainEvent, frozen=True):
    """A PIN was locked by wrong attempts that a device has reported afterwards."""

    device_id: UUID
    user_id: UUID


class DeviceEmptied(DomainEvent, frozen=True):
    """It has deleted everything, as the office asked, and waits to be paired anew."""

    device_id: UUID
