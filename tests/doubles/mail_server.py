"""A mail server with TLS, sign-in and every kind of refusal, on a port of its choice."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from backend.dev.sandbox.apple.pki import SERVER, SERVER_KEY, YEAR, Authority, pem, write_key
from tests.doubles.smtp import text_of

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
USER, PASSWORD = "support@wizard.example", "correct horse battery"


TlsBegins = Literal["at_once", "with_starttls"]


@dataclass
class MailServer:
    """`says`: answers by command instead of the usual ones; `MAIL`, `RCPT`, `DATA`, `AUTH`."""

    says: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        answer = self.says.get("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.says.get("DATA", "250 2.0.0 queued as 4711")
        if answer.startswith("250"):
            content = envelope.original_content
            self.mails.append(email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default))
        return answer

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _method: str, login: LoginPassword
    ) -> AuthResult:
        if "AUTH" in self.says:
            answer = self.says["AUTH"].format(password=login.password.decode())
            return AuthResult(success=False, handled=False, message=answer)
        is_right = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        if is_right:
            self.signed_in.append(login.login.decode())
        return AuthResult(success=is_right, handled=False)


@dataclass(frozen=True)
class ServerFiles:
    """An authority, and contexts for servers whose certificates it has signed."""

    folder: Path
    authority: Authority = field(default_factory=Authority.root)

    @property
    def bundle(self) -> Path:
        """What a client trusts."""
        path = self.folder / "authority.pem"
        path.write_bytes(pem(self.authority.certificate))
        return path

    def context(
        self, *names: str, life: timedelta = YEAR, begins: datetime | None = None, by: Authority | None = None
    ) -> ssl.SSLContext:
        key = generate_private_key(SECP256R1())
        certificate = (by or self.authority).server_certificate(key, *names, life=life, begins=begins)
        (self.folder / SERVER).write_bytes(pem(certificate))
        write_key(self.folder / SERVER_KEY, key)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.folder / SERVER, self.folder / SERVER_KEY)
        return context


@asynccontextmanager
async def open_mail_server(
    port: int = 0,
    *,
    tls: ssl.SSLContext | None = None,
    begins: TlsBegins = "with_starttls",
    auth: bool = True,
    **says: str,
) -> AsyncIterator[MailServer]:
    office = MailServer(dict(says))

    def conversation() -> SMTP:
        return SMTP(
            office,
            enable_SMTPUTF8=True,
            tls_context=tls if begins == "with_starttls" else None,
            authenticator=office.authenticate if auth else None,
            auth_require_tls=False,
            auth_exclude_mechanism=() if auth else ("LOGIN", "PLAIN"),
            hostname="mail.test",
        )

    at_once = tls if begins == "at_once" else None
    server = await asyncio.get_running_loop().create_server(conversation, host="127.0.0.1", port=port, ssl=at_once)
    office.port = server.sockets[0].getsockname()[1]
    async with server:
        yield office


@asynccontextmanager
async def open_talker(port: int, greeting: bytes) -> AsyncIterator[None]:
    """A server that says one thing and nothing else."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", port):
        yield


def shown_text(mail: EmailMessage) -> str:
    """The text part as a reader sees it."""
    return shown(text_of(mail))


def shown(text: str) -> str:
    """Without the invisible characters that isolate values of another direction."""
    return text.replace(FIRST_STRONG_ISOLATE, "").replace(POP_ISOLATE, "").replace("\r\n", "\n")
