from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer


class AuditChange(Answer):
    """A field that changed, in words of the reader's language."""

    field: str
    """Stable name of the field."""
    label: str
    """Name of the field, in the reader's language."""
    before: str | None
    """Value before the change, in words. Null when there was none."""
    after: str
    """Value after the change, in words."""


class AuditEntryView(Answer):
    """One change that a person or the command line has made. Entries are never changed or deleted."""

    id: UUID
    """Id of the entry."""
    seq: int
    """Number of the entry in its chain, from 1 and without gaps."""
    recorded_at: datetime
    """When the change was made (UTC)."""
    action: str
    """Stable code of what was done, such as `reward.changed`."""
    title: str
    """What was done, in the reader's language."""
    subject: str | None
    """Id of what was changed, or its name: a category of settings, a template with its language. Null when the action
    has none."""
    subject_name: str | None
    """Present name of the person or store that was changed. Null for everything else."""
    user_id: UUID | None
    """Id of the person who did it. Null for the command line."""
    user_name: str
    """Name of that person at the time of the change."""
    on_behalf: bool
    """True when an administrator of the platform did it for the merchant."""
    sign_in_id: UUID | None
    """Id of the session in which it was done. Null for the command line."""
    device_id: UUID | None
    """Id of the tablet on which it was done. Null elsewhere."""
    reason: str | None
    """Reason given by the person. Null when none was asked for."""
    request_id: str
    """Id of the request in the server's logs."""
    digest: str
    """SHA-256 in hexadecimal over this entry and the digest of the entry before it."""
    changes: list[AuditChange]
    """The fields that changed; empty when the action itself says all."""


class AuditPerson(Answer):
    """A person with entries in the audit."""

    id: UUID
    """Id of the person, for the filter `user`."""
    name: str
    """Name of the person in their latest entry."""


class AuditAction(Answer):
    """An action with entries in the audit."""

    action: str
    """Stable code of the action, for the filter `action`."""
    title: str
    """What the action does, in the reader's language."""
    group: str
    """Subject area to which the action belongs, in the reader's language."""


class AuditChain(Answer):
    """Result of the last verification of the entries, each of which has a digest over the one before it."""

    entry_count: int
    """Number of entries now."""
    checked_at: datetime | None
    """When the last verification ended (UTC). Null before the first one."""
    checked_count: int | None
    """Number of entries that the last verification found intact. Null before the first one."""
    is_intact: bool | None
    """False when an entry is not as it was recorded. Null before the first verification."""
    faulty_seq: int | None
    """Number of the first entry that is not as it was recorded. Null when all are intact."""


class AuditOverview(Answer):
    """The state of the chain, and what its list can be filtered by."""

    chain: AuditChain
    """Whether the entries are intact."""
    people: list[AuditPerson]
    """People with entries, by name."""
    actions: list[AuditAction]
    """Actions with entries, by group and title."""
