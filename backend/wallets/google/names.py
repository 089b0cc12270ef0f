"""The ids of our programs and cards at Google, where nothing can be deleted."""

import re
from uuid import UUID

CLASS, OBJECT = "prog_", "card_"
NAME_OF_CARD = re.compile(rf"\d+\.{OBJECT}([0-9a-f-]{{36}})(_\d+)?")


def class_id(issuer_id: str, program_id: UUID) -> str:
    return f"{issuer_id}.{CLASS}{program_id}"


def object_id(issuer_id: str, card_id: UUID, page_version: int = 0) -> str:
    """A new id after the card's links were ended, so that objects saved before no longer follow the card."""
    return f"{issuer_id}.{OBJECT}{card_id}" + (f"_{page_version}" if page_version else "")


def card_of(name: str) -> UUID | None:
    """The card of a current or former object."""
    match = NAME_OF_CARD.fullmatch(name)
    return UUID(match[1]) if match else None
