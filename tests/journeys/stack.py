"""All of Orion as `make run` starts it, on the tests' own servers and ports."""

import email
import email.policy
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from backend.core.settings import Settings, load_settings
from backend.dev.launcher import await_ready, start_programs
from backend.dev.sandbox import environment
from backend.dev.sandbox.environment import sandbox_values
from backend.dev.sandbox.google import environment as google_environment
from backend.dev.servers.environment import MAIL_CATCHER_PORT, open_servers
from backend.dev.supervisor import Supervisor
from tests.doubles.smtp import text_of
from tests.world.customer import CODE
from tests.world.patience import until
from tests.world.ports import own_block, own_port

PLANTED = {
    "ORION_SENDGRID_API_KEY": "SG.planted-in-the-environment",
    "ORION_METRICS_TOKEN": "7b1f0c52d9e84a63b1d7a90c5e2f8364",
}


@dataclass(frozen=True)
class Stack:
    settings: Settings
    log: Path
    mail_folder: Path
    supervisor: Supervisor
    mail_port: int

    @property
    def url(self) -> str:
        """Base URL of the pages."""
        return self.settings.public_url

    @property
    def api(self) -> str:
        return self.settings.backend_url

    @property
    def secrets(self) -> list[str]:
        """What no page may show to anybody."""
        return [*PLANTED.values(), self.settings.secret_keys]

    @contextmanager
    def silent_backend(self) -> Iterator[None]:
        """The backend accepts requests and does not answer, like an overloaded machine."""
        group = self.supervisor.child("backend").process.pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    async def mail_to(self, address: str, subject: str = "", *, number: int = 1) -> EmailMessage:
        """The newest email to an address whose subject contains `subject`; waits until there are `number` of them."""

        async def have_come() -> bool:
            return len(self.mails_to(address, subject)) >= number

        await until(have_come)
        return self.mails_to(address, subject)[-1]

    async def mail_with_code(self, address: str) -> EmailMessage:
        """The newest email to an address by which a customer signs in; waits for it."""

        def with_code() -> list[EmailMessage]:
            return [mail for mail in self.mails_to(address) if CODE.search(text_of(mail))]

        async def has_come() -> bool:
            return bool(with_code())

        await until(has_come)
        return with_code()[-1]

    def mails_to(self, address: str, subject: str = "") -> list[EmailMessage]:
        mails = [_read(path) for path in sorted(self.mail_folder.glob("*.eml"))]
        return [mail for mail in mails if mail["To"] == address and subject in mail["Subject"]]

    def reports(self) -> list[str]:
        """Reported violations of our content security policy."""
        return [line for line in self.log.read_text("utf-8").splitlines() if "csp_report" in line]


@contextmanager
def open_stack(settings: Settings, folder: Path) -> Iterator[Stack]:
    """`settings` names database and Redis; everything else is as in `make run`. Wallets exist in development only."""
    settings = _at_our_own_ports(settings)
    log = folder / "log.txt"
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for module in (environment, google_environment):
            patch.setattr(module, "free_port", lambda *_: own_port())
        console = Console(file=stack.enter_context(log.open("w", encoding="utf-8")), width=1000)
        mail_catcher_port = str(own_block() + 587)
        chosen = open_servers(settings, folder, stack) | {
            "ORION_BACKEND_URL": settings.backend_url,
            "ORION_PUBLIC_URL": settings.public_url,
            # Beside it the mail catcher has a port 465 that never answers.
            "ORION_SMTP_PORT": mail_catcher_port,
            MAIL_CATCHER_PORT: mail_catcher_port,
            "ORION_MAIL_TESTS_PER_HOUR": "100",
            **PLANTED,
            **sandbox_values(settings, folder),
        }
        supervisor = stack.enter_context(Supervisor(console))
        start_programs(supervisor, settings, folder, chosen)
        await_ready(supervisor, settings)
        yield Stack(load_settings(chosen), log, folder / "mail", supervisor, int(mail_catcher_port))


def _at_our_own_ports(settings: Settings) -> Settings:
    backend, frontend = own_port(), own_port()
    return replace(
        settings,
        backend_port=backend,
        frontend_port=frontend,
        backend_url=f"http://127.0.0.1:{backend}",
        public_url=f"http://127.0.0.1:{frontend}",
    )


@cache
def _read(path: Path) -> EmailMessage:
    """Once, because it takes milliseconds and those who wait for a mail look through all of them again and again."""
    return email.message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=email.policy.default)
