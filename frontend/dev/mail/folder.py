"""The mails in the folder of the mail catcher, newest first."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup, escape

NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{6}")
MOMENT = "%Y-%m-%dT%H-%M-%S.%f"
LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
SHOWN_MAX = 300


@dataclass(frozen=True, slots=True)
class Attachment:
    number: int
    name: str
    kind: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Mail:
    name: str
    message: EmailMessage
    source: bytes

    @property
    def received_at(self) -> datetime:
        return datetime.strptime(self.name, MOMENT).replace(tzinfo=UTC)

    @property
    def recipient(self) -> str:
        return str(self.message.get("To", ""))

    @property
    def sender(self) -> str:
        return str(self.message.get("From", ""))

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def html(self) -> str | None:
        return self._body("html")

    @property
    def text(self) -> str | None:
        return self._body("plain")

    @property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(number, part.get_filename() or f"{number}", part.get_content_type(), _bytes_of(part))
            for number, part in enumerate(self.message.iter_attachments(), start=1)
        ]

    def _body(self, kind: str) -> str | None:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part is not None else None


def list_mails(folder: Path, recipient: str = "") -> list[Mail]:
    """Those to a recipient that contains this text."""
    text = recipient.strip().casefold()
    mails = (_read(path.stem, path) for path in sorted(folder.glob("*.eml"), reverse=True)[:SHOWN_MAX])
    return [mail for mail in mails if mail is not None and text in mail.recipient.casefold()]


def find_mail(folder: Path, name: str) -> Mail | None:
    return _read(name, folder / f"{name}.eml") if NAME.fullmatch(name) else None


def with_links(text: str) -> Markup:
    """The escaped text with links."""
    return Markup("").join(_linked(text))


def _linked(text: str) -> Iterator[Markup]:
    position = 0
    for match in LINK.finditer(text):
        yield escape(text[position : match.start()])
        yield Markup('<a href="{0}" target="_blank" rel="noreferrer">{0}</a>').format(match[0])
        position = match.end()
    yield escape(text[position:])


def _read(name: str, path: Path) -> Mail | None:
    """None when it has been removed meanwhile."""
    try:
        return _parsed(name, path)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=SHOWN_MAX)
def _parsed(name: str, path: Path) -> Mail:
    """A file never changes."""
    source = path.read_bytes()
    return Mail(name, email.message_from_bytes(source, _class=EmailMessage, policy=email.policy.default), source)


def _bytes_of(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else part.as_bytes()
