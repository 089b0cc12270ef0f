"""Replies of a mail server as they may be shown: short, printable, and without the secrets it was sent."""

from backend.core.mail_settings import MailSettings
from backend.messaging.providers.replies import HIDDEN, LINK_TOKEN, secrets_of

LENGTH_MAX = 300


class Redactor:
    def __init__(self, mail: MailSettings) -> None:
        self._secrets = sorted(secrets_of(mail), key=len, reverse=True)

    def shown(self, text: str) -> str:
        """One line. A server may echo what it was sent, and so the secrets, also as AUTH encodes them."""
        line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        line = LINK_TOKEN.sub(HIDDEN, line)
        return line if len(line) <= LENGTH_MAX else f"{line[:LENGTH_MAX]}…"

    def reply(self, code: int, text: str) -> str:
        return self.shown(f"{code} {text}" if code > 0 else text)
