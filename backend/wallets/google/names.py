"""What our programs and cards are called at Google. Nothing can be deleted there, so a name is for ever."""

import re
from uuid import UUID

CLASS, OBJECT = "prog_", "card_"
NAME_OF_CARD = re.compile(rf"\d+\.{OBJECT}([0-9a-f-]{{36}})(_\d+)?")


def class_id(issuer_id: str, program_id: UUID) -> str:
    return f"{issuer_id}.{CLASS}{program_id}"


def object_id(issuer_id: str, card_id: UUID, page_version: int = 0) -> str:
    """Another one after the card's links were ended: what others had saved follows the card no longer."""
    return f"{issuer_id}.{OBJECT}{card_id}" + (f"_{page_version}" if page_version else "")


def card_of(name: str) -> UUID | None:
    """Whose object it is, or was before the card's links were ended."""
    found = NAME_OF_CARD.fullmatch(name)
    return UUID(found[1]) if found else None
