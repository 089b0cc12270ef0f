"""What the list of entries shows."""

from dataclasses import asdict, dataclass
from typing import Self
from uuid import UUID

from frontend.kit.fields import day_in
from frontend.kit.forms import Form

TEXT_MAX, CODE_MAX = 100, 40


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """Dates and people that are none, as in an old bookmark, are ignored."""

    first: str = ""
    last: str = ""
    user: str = ""
    action: str = ""
    subject: str = ""
    merchant: str = ""
    """A code; for administrators only."""

    @classmethod
    def of(cls, form: Form, *, is_admin: bool) -> Self:
        return cls(
            first=day_in(form.text("first")),
            last=day_in(form.text("last")),
            user=_id(form.text("user")),
            action=_printable(form.text("action")),
            subject=_printable(form.text("subject")),
            merchant=_printable(form.text("merchant"))[:CODE_MAX].strip().lower() if is_admin else "",
        )

    @property
    def sent(self) -> dict[str, str]:
        """As the API calls them."""
        return {"from": self.first, "until": self.last} | {
            name: value for name, value in asdict(self).items() if name not in {"first", "last"}
        }


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _printable(text: str) -> str:
    return text[:TEXT_MAX] if text.isprintable() else ""
