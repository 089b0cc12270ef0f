"""All of Orion as `make run` starts it, on servers and ports of the tests' own."""

import asyncio
import email
import email.policy
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console

from backend.core.embedded.environment import open_servers
from backend.core.settings import Settings, load_settings
from backend.core.supervisor import Supervisor
from backend.dev import await_ready, start_programs
from backend.sandbox.opening import sandbox_values

MAIL_SECONDS = 20


@dataclass(frozen=True)
class Stack:
    settings: Settings
    log: Path
    mail_folder: Path
    supervisor: Supervisor

    @property
    def url(self) -> str:
        """Where the pages are."""
        return self.settings.public_url

    @property
    def api(self) -> str:
        return self.settings.backend_url

    @contextmanager
    def silent_backend(self) -> Iterator[None]:
        """It takes requests and does not answer, as a machine that is out of breath."""
        group = self.supervisor.child("backend").process.pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    async def mail_to(self, address: str) -> EmailMessage:
        """The newest mail of somebody; waits until it is there."""
        deadline = time.monotonic() + MAIL_SECONDS
        while not (found := self.mails_to(address)):
            assert time.monotonic() < deadline, f"no mail to {address} within {MAIL_SECONDS} s"
            await asyncio.sleep(0.1)
        return found[-1]

    def mails_to(self, address: str) -> list[EmailMessage]:
        mails = [_read(path) for path in sorted(self.mail_folder.glob("*.eml"))]
        return [mail for mail in mails if mail["To"] == address]

    def reports(self) -> list[str]:
        """What browsers have reported as breaking our content security policy."""
        return [line for line in self.log.read_text("utf-8").splitlines() if "csp report" in line]


@contextmanager
def open_stack(settings: Settings, folder: Path) -> Iterator[Stack]:
    """`settings` name database and Redis. The rest is as `make run` has it; wallets only in development."""
    settings = _at_free_ports(settings)
    log = folder / "log.txt"
    with ExitStack() as stack:
        console = Console(file=stack.enter_context(log.open("w", encoding="utf-8")), width=1000)
        chosen = open_servers(settings, folder, stack) | {
            "ORION_BACKEND_URL": settings.backend_url,
            "ORION_PUBLIC_URL": settings.public_url,
            "ORION_SMTP_PORT": str(unused_port()),
            **sandbox_values(settings, folder),
        }
        supervisor = stack.enter_context(Supervisor(console))
        start_programs(supervisor, settings, folder, chosen)
        await_ready(supervisor, settings)
        yield Stack(load_settings(chosen), log, folder / "mail", supervisor)


def unused_port() -> int:
    """Any, so that tests side by side do not choose the same one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _at_free_ports(settings: Settings) -> Settings:
    backend, frontend = unused_port(), unused_port()
    return replace(
        settings,
        backend_port=backend,
        frontend_port=frontend,
        backend_url=f"http://127.0.0.1:{backend}",
        public_url=f"http://127.0.0.1:{frontend}",
    )


def _read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=email.policy.default)
