"""Replies of a mail server as they may be shown: short, printable, and without the secrets it was sent."""

from base64 import b64encode

from backend.core.mail_settings import MailSettings

LENGTH_MAX = 300
HIDDEN = "[…]"


class Redactor:
    def __init__(self, mail: MailSettings) -> None:
        self._secrets = sorted(_secrets(mail), key=len, reverse=True)

    def shown(self, text: str) -> str:
        """One line. A server may echo what it was sent, and so the secrets, also as AUTH encodes them."""
        line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return line if len(line) <= LENGTH_MAX else f"{line[:LENGTH_MAX]}…"

    def reply(self, code: int, text: str) -> str:
        return self.shown(f"{code} {text}" if code > 0 else text)


def _secrets(mail: MailSettings) -> set[str]:
    found = {mail.smtp_password, mail.sendgrid_api_key}
    if mail.smtp_password:
        found |= {_base64(mail.smtp_password), _base64(f"\0{mail.smtp_user}\0{mail.smtp_password}")}
    return found - {""}


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
