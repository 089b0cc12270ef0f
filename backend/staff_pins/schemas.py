from typing import Annotated
from uuid import UUID

from msgspec import Meta

StaffId = Annotated[
    UUID | None, Meta(description="From a tablet only, which has no person of its own: whose PIN it is.")
]
Pin = Annotated[str, Meta(pattern=r"^[0-9]{4,8}$(?!\n)", examples=["2468"])]
