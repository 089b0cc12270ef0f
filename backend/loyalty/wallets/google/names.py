"""What our programs and cards are called at Google. Nothing can be deleted there, so a name is for ever."""

from uuid import UUID

CLASS, OBJECT = "prog_", "card_"


def class_id(issuer_id: str, program_id: UUID) -> str:
    return f"{issuer_id}.{CLASS}{program_id}"


def object_id(issuer_id: str, card_id: UUID) -> str:
    return f"{issuer_id}.{OBJECT}{card_id}"


def card_id_of(issuer_id: str, name: str) -> UUID | None:
    """None when the object is not one of our cards."""
    prefix = f"{issuer_id}.{OBJECT}"
    try:
        return UUID(name.removeprefix(prefix)) if name.startswith(prefix) else None
    except ValueError:
        return None
