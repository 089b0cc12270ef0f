"""The two audiences of the pages: the platform edits its texts, an owner overrides some of them."""

from dataclasses import dataclass

from frontend.api.email_templates import Audience


@dataclass(frozen=True, slots=True)
class Area:
    audience: Audience
    path: str

    @property
    def is_own(self) -> bool:
        """A merchant's texts in place of the platform's."""
        return self.audience == "merchant"

    def page_of(self, code: str, language: str) -> str:
        return f"{self.path}/{code}/{language}"


ADMIN = Area("admin", "/admin/email-templates")
OFFICE = Area("merchant", "/office/email-templates")
