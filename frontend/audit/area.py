"""The two audiences of the pages: an owner sees their own entries, administrators those of every chain."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode
from uuid import UUID

from backend.audit.schemas import AuditEntryView
from frontend.api.audit import Audience


@dataclass(frozen=True, slots=True)
class Area:
    audience: Audience
    path: str

    @property
    def is_admin(self) -> bool:
        return self.audience == "admin"

    def page_of(self, entry_id: UUID, merchant: str) -> str:
        return f"{self.path}/{entry_id}" + (f"?{urlencode({'merchant': merchant})}" if merchant else "")

    def list_of(self, subject: str, merchant: str) -> str:
        """All entries about one subject."""
        asked = {"subject": subject} | ({"merchant": merchant} if merchant else {})
        return f"{self.path}?{urlencode(asked)}"

    def subject_page(self, entry: AuditEntryView, merchant: str) -> str | None:
        """The page of what was changed, where there is one. Those of a merchant are the owner's."""
        kind = entry.action.partition(".")[0]
        if not self.is_admin:
            pages = {"reward": f"/office/rewards/{entry.subject}", "marketing_plan": "/office/marketing"}
        elif entry.subject is None:
            return None
        else:
            pages = {
                "email": f"/admin/emails/{quote(entry.subject)}",
                "pass": f"/admin/passes?{urlencode({'card': entry.subject})}",
            }
            if not merchant:
                pages |= {
                    "settings": f"/admin/settings/{quote(entry.subject)}",
                    "email_template": f"/admin/email-templates/{quote(entry.subject)}",
                    "wallets": "/admin/wallets",
                }
        return pages.get(kind)


ADMIN = Area("admin", "/admin/audit")
OFFICE = Area("merchant", "/office/audit")
