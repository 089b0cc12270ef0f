"""Names of what entries are about, as they are now: entries themselves hold ids only."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from backend.core.database import Sessions
from backend.staff.models import User


async def read_subject_names(sessions: Sessions, merchant_id: UUID | None, subjects: Iterable[str]) -> dict[str, str]:
    """Of people, by id. `merchant_id` None: the platform's."""
    ids = {subject_id for subject in subjects if (subject_id := _id(subject)) is not None}
    if not ids:
        return {}
    async with sessions.committing(merchant_id) as session:
        people = await session.execute(select(User.id, User.name).where(User.id.in_(ids)))
        return {str(user_id): name for user_id, name in people.tuples()}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
