"""What the backend is sent."""

import msgspec

from backend.core.schemas import Body
from i18n.marks import ASKING, is_marking, unmarked


def encoded(body: Body) -> bytes:
    """Without marks: the backend may store it."""
    content = msgspec.json.encode(body)
    return unmarked(content.decode()).encode() if is_marking.get() else content


def asking_for_marks() -> dict[str, str]:
    """The header by which the backend marks its texts as the page does."""
    return ASKING if is_marking.get() else {}
