"""A mail server for development. It delivers nothing: each mail is written to a folder as an `.eml` file.

It takes any user and password but the password `wrong`. A recipient whose name is a code, such as `550@example.com`,
is refused with it.
"""

import argparse
import asyncio
import contextlib
import email
import email.policy
import re
import signal
import ssl
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from backend.core.clock import clock
from backend.dev.ports import is_free
from backend.dev.servers.mail_tls import server_context
from backend.dev.servers.silent_port import silent_port

HOST = "127.0.0.1"
SIZE_LIMIT = 25 * 1024 * 1024
"""Bytes; the limit of large mail providers."""
KEPT_MAX = 300
"""Mails; older ones are removed."""
REFUSED = re.compile("([45][0-9]{2})@")
WRONG_PASSWORD = b"wrong"
SUBMISSION, SUBMISSIONS, BLOCK = 587, 465, 1000


class MailCatcher:
    """The handler of aiosmtpd."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        if code := REFUSED.match(address):
            return f"{code[1]} {code[1][0]}.0.0 {address} is refused, as its name says"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def authenticate(
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,  # noqa: ARG002
        mechanism: str,  # noqa: ARG002
        login: LoginPassword,
    ) -> AuthResult:
        return AuthResult(success=login.password != WRONG_PASSWORD, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        content = envelope.original_content or b""
        path = self.keep(content)
        message = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
        recipients = ", ".join(envelope.rcpt_tos)
        _say(f"mail to {recipients}: {message.get('subject', '')} -> {path}")
        return "250 Message kept"

    def keep(self, content: bytes) -> Path:
        path = self._folder / f"{clock.now():%Y-%m-%dT%H-%M-%S.%f}.eml"
        # Renamed into place, so that nobody who watches the folder reads an incomplete mail.
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        for surplus in sorted(self._folder.glob("*.eml"))[: -(KEPT_MAX - 1)]:
            surplus.unlink()
        return unfinished.rename(path)


async def open_mail_catcher(port: int, folder: Path, tls: ssl.SSLContext | None = None) -> asyncio.Server:
    """Listens on the loopback address only. Offers STARTTLS when it has a certificate."""
    catcher = MailCatcher(folder)
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            catcher,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            tls_context=tls,
            authenticator=catcher.authenticate,
            auth_require_tls=False,
        ),
        host=HOST,
        port=port,
    )


@contextlib.contextmanager
def blocked_neighbor(port: int) -> Iterator[int | None]:
    """Beside 2587, port 2465 never answers, as behind a firewall. None for ports that do not end in 587."""
    neighbor = port - port % BLOCK + SUBMISSIONS
    if port % BLOCK != SUBMISSION or not is_free(HOST, neighbor):
        yield None
        return
    with silent_port(neighbor, HOST):
        yield neighbor


async def serve(port: int, folder: Path, tls: Path | None) -> None:
    """Runs until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with await open_mail_catcher(port, folder, server_context(tls) if tls else None):
        with blocked_neighbor(port) as blocked:
            _say(f"accepts mail on {HOST}:{port}, keeps it in {folder}")
            if blocked:
                _say(f"never answers on {HOST}:{blocked}, like a port that a firewall blocks")
            await stopped.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """`python -m backend.dev.servers.mail_catcher --port 2525 --dir mail`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--tls", type=Path, help="a folder with certificate and key")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.dir, options.tls))


if __name__ == "__main__":
    main()
