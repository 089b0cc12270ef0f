"""A connection test from the form to its record."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.mail_settings import MailSettings
from backend.core.origin import PlatformOrigin
from backend.core.sentence import Sentence, say
from backend.messaging.connection_test.dns import Reach
from backend.messaging.connection_test.proposal import proposed_mail
from backend.messaging.connection_test.records import begin_test, end_test, log_test_email
from backend.messaging.connection_test.results import CONSOLE, NOT_TRIED, SKIPPED, StepResult, Verdict
from backend.messaging.connection_test.schemas import STEP_NAMES
from backend.messaging.connection_test.sendgrid import SendgridTest
from backend.messaging.connection_test.smtp import SmtpTest
from backend.messaging.connection_test.steps import run_steps
from backend.messaging.providers.ports import OutgoingMail
from backend.messaging.providers.sendgrid import sendgrid_body
from backend.messaging.test_email import write_test_email
from backend.settings.live import LiveSettings
from backend.settings.schemas import SettingValue
from i18n.translator import N_


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """What is tested, and the test email, which lists it."""

    mail: MailSettings
    sources: Mapping[str, str]
    email: OutgoingMail


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
            email = await write_test_email(
                session,
                mail,
                sources,
                recipient=recipient,
                language=language,
                platform_name=in_force.settings.branding.platform_name,
            )
        return PlannedTest(mail, sources, email)

    async def begin(self, plan: PlannedTest, *, is_limited: bool = True) -> UUID:
        """Raises ConnectionTestsUsedUp."""
        per_hour = self.live.current.limits.mail_tests_per_hour if is_limited else None
        async with self.sessions.committing() as session:
            return await begin_test(session, self.origin, plan.mail, per_hour)

    async def run(
        self, plan: PlannedTest, test_id: UUID, *, reach: Reach | None = None
    ) -> AsyncGenerator[StepResult | Verdict, None]:
        """`reach`: what may be connected to; default: what the settings allow."""
        reach = reach or Reach(allows_private=self.live.current.security.mail_test_private_hosts)
        async with aclosing(_steps(plan, reach)) as steps:
            async for ended in steps:
                await self._record(plan, test_id, ended)
                yield ended

    async def _record(self, plan: PlannedTest, test_id: UUID, ended: StepResult | Verdict) -> None:
        async with self.sessions.committing() as session:
            if isinstance(ended, Verdict):
                await end_test(session, test_id, ended)
            elif ended.name == "SEND" and ended.outcome != "skipped":
                log_test_email(session, plan.email, plan.mail, ended, clock.now())


def _steps(plan: PlannedTest, reach: Reach) -> AsyncGenerator[StepResult | Verdict, None]:
    mail, email = plan.mail, plan.email
    match mail.email_provider:
        case "smtp":
            return run_steps(SmtpTest(mail, reach, email))
        case "sendgrid":
            return run_steps(SendgridTest(mail, reach, sendgrid_body(mail, email)))
        case "console":
            return _console()


async def _console() -> AsyncGenerator[StepResult | Verdict, None]:
    for name in STEP_NAMES:
        yield StepResult(name, "skipped", SKIPPED, Sentence(NOT_TRIED))
    sentence = say(N_("Nothing leaves this machine: the provider is “console”, which only logs emails."))
    yield Verdict(CONSOLE, [sentence, say(N_("Choose smtp or sendgrid as the provider."))])
