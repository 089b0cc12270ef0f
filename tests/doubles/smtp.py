"""An SMTP server that stores mails, and misbehaves as it is told."""

import asyncio
import email
import email.policy
import ssl
from asyncio import Transport
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope

Stage = Literal["MAIL", "RCPT", "DATA", "mid-DATA", "after DATA"]


@dataclass
class PostOffice:
    port: int = 0
    is_open: bool = True
    replies: dict[str, str] = field(default_factory=dict)
    """By command: what it answers in place of 250."""
    refused: dict[str, str] = field(default_factory=dict)
    """By recipient: what it answers to RCPT."""
    drops_at: Stage | None = None
    """Where it cuts the connection, without a word."""
    mails: list[EmailMessage] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    connections: int = 0
    envelopes: list[tuple[list[str], list[str]]] = field(default_factory=list)
    """Options of MAIL, and recipients."""
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    accepts_login: bool = True
    servers: list[SMTP] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """A mail is answered once it is set."""
    has_mail: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def handle_MAIL(self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: ARG002, N802
        if self.drops_at == "MAIL":
            server.transport.abort()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: ARG002, N802
        if self.drops_at == "RCPT":
            server.transport.abort()
        reply = self.refused.get(address, self.replies.get("RCPT", "250 OK"))
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: ARG002, N802
        if not self.is_open:
            return "451 Come back later"
        if "DATA" in self.replies:
            return self.replies["DATA"]
        content = envelope.original_content or b""
        self.mails.append(email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default))
        self.contents.append(content)
        self.envelopes.append((list(envelope.mail_options), list(envelope.rcpt_tos)))
        self.has_mail.set()
        if self.drops_at == "after DATA":
            hang_up_on(server)
        await self.gate.wait()
        return "250 Taken"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:  # noqa: ARG002
        self.logins.append((login.login, login.password))
        return AuthResult(success=self.accepts_login, handled=False)

    def hang_up(self) -> None:
        """Ends all connections, as servers do with idle ones."""
        for server in self.servers:
            hang_up_on(server)


def text_of(mail: EmailMessage, kind: Literal["plain", "html"] = "plain") -> str:
    """The part of this kind."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def hang_up_on(client: SMTP) -> None:
    """The connection ends without a word."""
    transport = cast("Transport | None", client.transport)
    # asyncio fails to abort a TLS connection that has been closed from both sides.
    if transport is not None and not transport.is_closing():
        transport.abort()


class _Server(SMTP):
    def __init__(self, office: PostOffice, **options: Any) -> None:
        super().__init__(office, **options)
        self.office = office
        office.connections += 1
        office.servers.append(self)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        if "EHLO" in self.office.replies:
            await self.push(self.office.replies["EHLO"])
            return
        await super().smtp_EHLO(hostname)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.office.drops_at == "DATA":
            hang_up_on(self)
        elif self.office.drops_at == "mid-DATA":
            await self.push("354 Go on")
            await self._reader.readline()
            hang_up_on(self)
        else:
            await super().smtp_DATA(arg)


@asynccontextmanager
async def open_post_office(
    *,
    tls: ssl.SSLContext | None = None,
    is_implicit: bool = False,
    has_login: bool = False,
    host: str = "127.0.0.1",
    **options: Any,
) -> AsyncIterator[PostOffice]:
    """`tls`: offered by STARTTLS, or from the first byte with `is_implicit`. `options`: of aiosmtpd's server."""
    office = PostOffice()
    options = {"enable_SMTPUTF8": True, "hostname": "post.example"} | options
    if tls is not None and not is_implicit:
        options["tls_context"] = tls
    if has_login:
        # aiosmtpd does not see that the connection is encrypted when it is so from the first byte.
        asks = tls is not None and not is_implicit
        options |= {"authenticator": office.authenticate, "auth_required": asks, "auth_require_tls": asks}
    server = await asyncio.get_running_loop().create_server(
        lambda: _Server(office, **options), host=host, port=0, ssl=tls if is_implicit else None
    )
    office.port = server.sockets[0].getsockname()[1]
    async with server:
        yield office
        office.hang_up()


class _Dripping(asyncio.Protocol):
    """Sends its greeting byte by byte, one a second."""

    def connection_made(self, transport: Any) -> None:
        self._transport, self._left = transport, list(b"220 post.example is slow today\r\n")
        self._drip()

    def _drip(self) -> None:
        if self._left and not self._transport.is_closing():
            self._transport.write(bytes([self._left.pop(0)]))
            asyncio.get_running_loop().call_later(1, self._drip)


@asynccontextmanager
async def open_slow_post_office() -> AsyncIterator[int]:
    """Yields its port."""
    server = await asyncio.get_running_loop().create_server(_Dripping, host="127.0.0.1", port=0)
    async with server:
        yield server.sockets[0].getsockname()[1]
