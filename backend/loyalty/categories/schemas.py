from uuid import UUID

from backend.core.schemas import Answer


class CategoryView(Answer):
    """A category of purchases, for statistics."""

    id: UUID
    """Id of the category, to be sent in `category_ids`."""
    name: str
    """Name of the category, in the reader's language."""
