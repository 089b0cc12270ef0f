"""From a rendered email to the row of a mail."""

from typing import Any

from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.render import RenderedMail


def mail_columns(
    template: MailTemplate[Any],
    language: str,
    mail: RenderedMail,
    version: int | None,
    unsubscribe_url: str | None = None,
) -> dict[str, Any]:
    """What a mail row keeps of a rendered email."""
    return {
        "template_code": template.code,
        "template_version": version,
        "kind": template.kind,
        "language": language,
        "subject": mail.subject,
        "body_text": mail.body_text,
        "body_html": mail.body_html,
        "headers": _unsubscribe_headers(unsubscribe_url) if unsubscribe_url else {},
        "history": [],
    }


def _unsubscribe_headers(url: str) -> dict[str, str]:
    """RFC 8058: mail programs offer a button that posts to the address."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
