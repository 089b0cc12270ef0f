"""From the stored mail to the one that is sent."""

from collections.abc import Mapping

from backend.core.mail_settings import MailSettings
from backend.messaging.attempt import MailAttempt
from backend.messaging.providers.mime import message_id_of, one_line, reply_to_of
from backend.messaging.providers.ports import OutgoingMail, Route
from backend.messaging.queue import QueuedMail


def outgoing_mail(mail: QueuedMail, sender: str, insertions: Mapping[str, str]) -> OutgoingMail:
    """`insertions`: what is sent and may not be stored, by what stands for it in texts and headers."""

    def filled(text: str) -> str:
        for placeholder, value in insertions.items():
            text = text.replace(placeholder, value)
        return text

    return OutgoingMail(
        mail.id,
        mail.recipient,
        one_line(sender),
        mail.language,
        mail.subject,
        filled(mail.body_text),
        body_html=None if mail.body_html is None else filled(mail.body_html),
        reply_to=mail.reply_to,
        headers={name: filled(value) for name, value in mail.headers.items()},
        message_id=mail.message_id,
    )


def attempt_of(mail: OutgoingMail, settings: MailSettings, route: Route) -> MailAttempt:
    return MailAttempt(
        provider=route.provider,
        host=route.host,
        port=route.port,
        security=route.security,
        sender_name=mail.sender,
        sender_address=settings.email_from_address,
        reply_to=reply_to_of(settings, mail),
        message_id=message_id_of(settings, mail),
    )
