"""A connection test from the form to its record."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.mail_settings import MailSettings
from backend.core.origin import PlatformOrigin
from backend.messaging.connection_test.names import Reach
from backend.messaging.connection_test.proposal import proposed_mail
from backend.messaging.connection_test.records import begin_test, end_test, log_test_mail
from backend.messaging.connection_test.results import CONSOLE, NOT_TRIED, SKIPPED, Sentence, Step, Verdict, say
from backend.messaging.connection_test.schemas import SettingValue, StepName
from backend.messaging.connection_test.sendgrid import SendgridTest
from backend.messaging.connection_test.smtp import SmtpTest
from backend.messaging.connection_test.walk import walk
from backend.messaging.providers.ports import OutgoingMail
from backend.messaging.providers.sendgrid import sendgrid_body
from backend.messaging.test_mail import write_test_mail
from backend.settings.live import LiveSettings
from i18n.translator import N_

STEPS: tuple[StepName, ...] = ("DNS", "TCP", "TLS", "AUTH", "SEND")


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """What is tested, and the test mail, which says it."""

    mail: MailSettings
    sources: Mapping[str, str]
    letter: OutgoingMail


@dataclass(frozen=True, slots=True)
class ConnectionTester:
    sessions: Sessions
    live: LiveSettings
    origin: PlatformOrigin

    async def plan(self, values: dict[str, SettingValue], recipient: str) -> PlannedTest:
        """Raises ValidationFailed."""
        in_force = self.live.in_force
        mail = proposed_mail(in_force.settings.email, values, self.origin.language)
        changed = {key: "form" for key in values if getattr(mail, key) != getattr(in_force.settings.email, key)}
        sources, language = {**in_force.sources, **changed}, self.origin.language
        async with self.sessions.committing() as session:
            letter = await write_test_mail(session, mail, sources, recipient=recipient, language=language)
        return PlannedTest(mail, sources, letter)

    async def begin(self, plan: PlannedTest, *, is_limited: bool = True) -> UUID:
        """Raises ConnectionTestsUsedUp."""
        per_hour = self.live.current.limits.mail_tests_per_hour if is_limited else None
        async with self.sessions.committing() as session:
            return await begin_test(session, self.origin, plan.mail, per_hour)

    async def run(
        self, plan: PlannedTest, test_id: UUID, *, reach: Reach | None = None
    ) -> AsyncGenerator[Step | Verdict, None]:
        """`reach`: what may be connected to; default: what the settings allow."""
        reach = reach or Reach(allows_private=self.live.current.security.mail_test_private_hosts)
        async with aclosing(_steps(plan, reach)) as steps:
            async for ended in steps:
                await self._record(plan, test_id, ended)
                yield ended

    async def _record(self, plan: PlannedTest, test_id: UUID, ended: Step | Verdict) -> None:
        async with self.sessions.committing() as session:
            if isinstance(ended, Verdict):
                await end_test(session, test_id, ended)
            elif ended.name == "SEND" and ended.outcome != "skipped":
                log_test_mail(session, plan.letter, plan.mail, ended, clock.now())


def _steps(plan: PlannedTest, reach: Reach) -> AsyncGenerator[Step | Verdict, None]:
    mail, letter = plan.mail, plan.letter
    match mail.email_provider:
        case "smtp":
            return walk(SmtpTest(mail, reach, letter))
        case "sendgrid":
            return walk(SendgridTest(mail, reach, sendgrid_body(mail, letter)))
        case "console":
            return _console()


async def _console() -> AsyncGenerator[Step | Verdict, None]:
    for name in STEPS:
        yield Step(name, "skipped", SKIPPED, Sentence(NOT_TRIED))
    sentence = say(N_("Nothing leaves this machine: the provider is “console”, which only logs emails."))
    yield Verdict(CONSOLE, [sentence, say(N_("Choose smtp or sendgrid as the provider."))])
