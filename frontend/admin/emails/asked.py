"""The filters of the email log, as the pages have them in their addresses."""

from dataclasses import dataclass

from frontend.admin.emails.messages import STATUSES
from frontend.kit.fields import day_in
from frontend.kit.forms import Form

EMAILS = "/admin/emails"
ADDRESS_MAX, CODE_MAX = 254, 40
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class EmailsAsked:
    """What the list shows. Unknown statuses and dates that are none, as in an old bookmark, are ignored."""

    recipient: str = ""
    status: str = ""
    template: str = ""
    merchant: str = ""
    first: str = ""
    last: str = ""

    @classmethod
    def of(cls, form: Form) -> "EmailsAsked":
        return cls(
            recipient=form.text("recipient")[:ADDRESS_MAX],
            status=form.text("status") if form.text("status") in STATUSES else "",
            template=form.text("template")[:CODE_MAX],
            merchant=form.text("merchant")[:CODE_MAX],
            first=day_in(form.text("first")),
            last=day_in(form.text("last")),
        )
