"""`orion mail`: tests whether emails can be sent."""

import asyncio
import getpass
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import rich_click as click
from sqlalchemy import select

from backend.cli.output import DONE, FAILED, PARTLY_DONE, as_json_too, print_json, with_services
from backend.core.addresses import can_be_mailed
from backend.core.clock import clock
from backend.core.origin import PlatformOrigin
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.messaging.connection_test.dns import Reach
from backend.messaging.connection_test.results import StepResult, Verdict
from backend.messaging.connection_test.run import ConnectionTester
from backend.messaging.models import PlatformMail
from backend.messaging.test_email import UsedSetting, queue_test_email, used_settings
from backend.services import Services

LANGUAGE = "en"
DELIVERED_WITHIN_SECONDS = 60.0
LOOK_SECONDS = 0.5
ENDED = {"sent", "delivered", "failed", "bounced"}


@dataclass(frozen=True, slots=True)
class _Outcome:
    used: list[UsedSetting]
    steps: list[StepResult]
    verdict: Verdict
    queued: str | None
    """Status of the email that went through the queue; None when the connection test has failed."""

    @property
    def exit_code(self) -> int:
        if not self.verdict.is_ok:
            return FAILED
        return DONE if self.queued in {"sent", "delivered"} else PARTLY_DONE


@click.group()
def mail() -> None:
    """Email."""


@mail.command()
@click.argument("recipient", metavar="TO")
@as_json_too
def test(recipient: str, as_json: bool) -> None:
    """Test the settings in force step by step, then send a test email through the queue.

    Exit 1 when a step fails; 3 when all work, but the worker has not sent the queued email within a minute.
    """
    if not can_be_mailed(recipient):
        raise click.UsageError(f"{recipient} is not an email address.")
    outcome = with_services(lambda services: _test(services, recipient, is_silent=as_json))
    if as_json:
        print_json(_facts(outcome))
    sys.exit(outcome.exit_code)


async def _test(services: Services, recipient: str, *, is_silent: bool) -> _Outcome:
    say = (lambda _: None) if is_silent else click.echo
    tester = ConnectionTester(services.sessions, services.live, _origin())
    plan = await tester.plan({}, recipient)
    used = used_settings(plan.mail, plan.sources, services.live.current.branding.platform_name)
    for each in used:
        say(f"  {each.key:20} {each.value or '-':40} {each.source}")
    if "email" in services.live.in_force.ignored:
        say("Saved settings for email cannot be used, so emails wait: `orion settings list --category email` says why.")
    steps, verdict = [], None
    test_id = await tester.begin(plan, is_limited=False)
    # An operator with a shell on this machine can connect to anything from it anyway.
    async for ended in tester.run(plan, test_id, reach=Reach(allows_private=True)):
        if isinstance(ended, Verdict):
            verdict = ended
            say(verdict.text(LANGUAGE))
        else:
            steps.append(ended)
            say(_line(ended))
    assert verdict is not None, "a test ends with its verdict"
    queued = await _through_the_queue(services, recipient) if verdict.is_ok else None
    if queued is not None:
        say(f"The email through the queue: {queued}.")
    return _Outcome(used, steps, verdict, queued)


def _origin() -> PlatformOrigin:
    return PlatformOrigin(user_id=None, user_name=f"{getpass.getuser()} (orion)", language=LANGUAGE, now=clock.now())


def _line(step: StepResult) -> str:
    milliseconds = "" if step.milliseconds is None else f"{step.milliseconds} ms"
    line = f"  {step.name:5} {step.outcome:8} {milliseconds:>9}  {step.sentence.in_language(LANGUAGE)}"
    return f"{line}\n{'':26} {step.facts.reply}" if step.facts.reply else line


async def _through_the_queue(services: Services, recipient: str) -> str:
    """The status after delivery, or the last one after a minute. A worker must be running."""
    settings, sources, _ = services.live.in_force
    async with services.sessions.committing() as session:
        mail_id = await queue_test_email(
            session,
            settings.email,
            sources,
            recipient=recipient,
            language=LANGUAGE,
            platform_name=settings.branding.platform_name,
            now=clock.now(),
        )
    await try_to_wake(services.queue, SEND_MAILS)
    status = "queued"
    try:
        async with asyncio.timeout(DELIVERED_WITHIN_SECONDS):
            while status not in ENDED:
                await asyncio.sleep(LOOK_SECONDS)
                status = await _status(services, mail_id)
    except TimeoutError:
        pass
    return status


async def _status(services: Services, mail_id: UUID) -> str:
    async with services.sessions.committing() as session:
        return await session.scalar(select(PlatformMail.status).where(PlatformMail.id == mail_id)) or "gone"


def _facts(outcome: _Outcome) -> Mapping[str, Any]:
    return {
        "ok": outcome.exit_code == DONE,
        "configuration": {each.key: {"value": each.value, "source": each.source} for each in outcome.used},
        "steps": [msgspec.to_builtins(step.view(LANGUAGE)) for step in outcome.steps],
        "verdict": msgspec.to_builtins(outcome.verdict.view(LANGUAGE)),
        "queued_mail": outcome.queued,
    }
