from uuid import UUID

from backend.core.schemas import Answer


class CategoryView(Answer):
    id: UUID
    name: str
