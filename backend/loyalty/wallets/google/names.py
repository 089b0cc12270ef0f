"""What our programs and cards are called at Google. Nothing can be deleted there, so a name is for ever."""

from uuid import UUID

CLASS, OBJECT = "prog_", "card_"


def class_id(issuer_id: str, program_id: UUID) -> str:
    return f"{issuer_id}.{CLASS}{program_id}"


def object_id(issuer_id: str, card_id: UUID, page_version: int = 0) -> str:
    """Another one after the card's links were ended: what others had saved follows the card no longer."""
    return f"{issuer_id}.{OBJECT}{card_id}" + (f"_{page_version}" if page_version else "")
