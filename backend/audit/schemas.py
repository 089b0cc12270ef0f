from datetime import datetime
from uuid import UUID

from backend.core.schemas import Answer


class AuditChange(Answer):
    """A field that changed, in words of the reader's language."""

    field: str
    label: str
    before: str | None
    """None: it is new."""
    after: str


class AuditEntryView(Answer):
    id: UUID
    seq: int
    """Its number in the chain, from 1."""
    recorded_at: datetime
    action: str
    title: str
    """What was done, in words."""
    subject: str | None
    """Id of what was changed, or its name: a category of settings, a template with its language."""
    subject_name: str | None
    """Of a person or a store, as it is called now; null for everything else."""
    user_id: UUID | None
    """None: somebody at the command line."""
    user_name: str
    """As it was then."""
    on_behalf: bool
    """The user is one of the platform's own people, who acted for the merchant."""
    sign_in_id: UUID | None
    device_id: UUID | None
    reason: str | None
    request_id: str
    digest: str
    """SHA-256 in hexadecimal, over this entry and the digest of the one before."""
    changes: list[AuditChange]


class AuditPerson(Answer):
    id: UUID
    name: str


class AuditAction(Answer):
    action: str
    title: str
    group: str
    """What it is about, in words."""


class AuditChain(Answer):
    entry_count: int
    checked_at: datetime | None
    """Of the last verification; None before the first one."""
    checked_count: int | None
    """How many entries were found intact."""
    is_intact: bool | None
    faulty_seq: int | None
    """The first entry that is not as it was recorded."""


class AuditOverview(Answer):
    """The state of the chain, and what its list can be filtered by."""

    chain: AuditChain
    people: list[AuditPerson]
    actions: list[AuditAction]
