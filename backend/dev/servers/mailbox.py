"""A mail server for development. It delivers nothing: each mail is written to a folder as an `.eml` file."""

import argparse
import asyncio
import email
import email.policy
import signal
import sys
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from backend.core.clock import clock

SIZE_LIMIT = 25 * 1024 * 1024
"""Bytes; the limit of large mail providers."""


class Mailbox:
    """The handler of aiosmtpd."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        content = envelope.original_content or b""
        path = self._write(content)
        message = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
        recipients = ", ".join(envelope.rcpt_tos)
        _say(f"mail to {recipients}: {message.get('subject', '')} -> {path}")
        return "250 Message kept"

    def _write(self, content: bytes) -> Path:
        path = self._folder / f"{clock.now():%Y-%m-%dT%H-%M-%S.%f}.eml"
        # Renamed into place, so that nobody who watches the folder reads an incomplete mail.
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        return unfinished.rename(path)


async def open_mailbox(port: int, folder: Path) -> asyncio.Server:
    """Listens on the loopback address only."""
    mailbox = Mailbox(folder)
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True), host="127.0.0.1", port=port
    )


async def serve(port: int, folder: Path) -> None:
    """Runs until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with await open_mailbox(port, folder):
        _say(f"accepts mail on 127.0.0.1:{port}, keeps it in {folder}")
        await stopped.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """`python -m backend.dev.servers.mailbox --port 2525 --dir mail`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.dir))


if __name__ == "__main__":
    main()
