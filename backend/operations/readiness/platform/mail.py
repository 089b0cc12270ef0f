"""Emails: their texts, the configuration in force, its last test, and what became of the emails of a day."""

from collections import Counter
from ipaddress import ip_address
from typing import NamedTuple

from sqlalchemy import select

from backend.core.sentence import say
from backend.messaging.connection_test.records import find_last_test
from backend.messaging.connection_test.schemas import LastConnectionTest
from backend.messaging.delivery import open_delivery
from backend.messaging.models import PlatformMail
from backend.messaging.template_editing.health import TextProblem, check_templates
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.catalog.test_email import TEST_EMAIL
from backend.messaging.test_email import used_settings
from backend.operations.readiness.platform.figures import WINDOW, named, read_figures
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.schemas import RowState
from backend.operations.readiness.verdicts import RowVerdict
from i18n.locales import LANGUAGES, SOURCE_LANGUAGE
from i18n.translator import N_

MANY_FAILURES = 5
PLATFORM_MAILS = """
SELECT count(*) FILTER (WHERE status IN ('sent', 'delivered')) AS sent,
       count(*) FILTER (WHERE status IN ('failed', 'bounced', 'unknown')) AS failed
FROM platform_mails WHERE created_at >= $1
"""

TEXTS = N_("Texts that are stored and can be sent: %(ready)s of %(all)s.")
SEED = N_("Store what this version brings; texts that somebody has edited are kept. Edited ones that fail are named.")
UNUSABLE = N_("Stored settings for email cannot be used, so all emails wait.")
NAME_UNUSABLE = N_("Set or unset what the command names.")
ONLY_LOGGED = N_("The provider is “console”: no email leaves this machine.")
CHOOSE = N_("Choose smtp or sendgrid as the provider, and test the connection.")
SENDS = N_("Emails go by %(provider)s to %(host)s.")
NOT_TESTED = N_("Nobody has tested the connection.")
TEST = N_("Test it step by step, with an email to yourself.")
ONLY_HERE = N_("Emails stay on this machine, at %(host)s.")
OTHER_TESTED = N_("The last test was of another server, %(host)s.")
TEST_FAILED = N_("The last test failed: %(reason)s")
TEST_WORKED = N_("The last test worked: %(reason)s")
DELIVERED = N_("In 24 hours: %(sent)s sent, %(refused)s not.")
LOOK_AT_MAILS = N_("See why, by the email log. What was refused by an outage can be sent again all at once.")


async def look_at_texts(probe: Probe) -> RowVerdict:
    async with probe.sessions.committing() as session:
        return judge_texts(await check_templates(session))


def judge_texts(problems: list[TextProblem]) -> RowVerdict:
    per_language = Counter(problem.language for problem in problems)
    counts = [f"{language} {len(TEMPLATES) - per_language[language]}/{len(TEMPLATES)}" for language in LANGUAGES]
    total = len(TEMPLATES) * len(LANGUAGES)
    evidence = say(TEXTS, ready=total - len(problems), all=total)
    if not problems:
        return RowVerdict("ok", evidence, details=counts)
    lines = [f"{problem.code}/{problem.language}: {problem.problem}" for problem in problems]
    return RowVerdict("blocks", evidence, details=[*counts, *lines], step=say(SEED), command="orion templates seed")


async def look_at_settings(probe: Probe) -> RowVerdict:
    if not probe.live.is_read:
        # A database that is away says nothing about what is stored: it raises, and the row is unknown.
        await probe.live.refresh()
    in_force, listing = probe.live.in_force, "orion settings list --category email"
    mail = in_force.settings.email
    used = used_settings(mail, in_force.sources, in_force.settings.branding.platform_name)
    lines = [f"{each.key} {each.value or '–'} ({each.source})" for each in used]
    if "email" in in_force.ignored:
        return RowVerdict("blocks", say(UNUSABLE), details=lines, step=say(NAME_UNUSABLE), command=listing)
    if mail.email_provider == "console":
        state: RowState = "blocks" if probe.settings.is_production else "warning"
        return RowVerdict(state, say(ONLY_LOGGED), details=lines, step=say(CHOOSE))
    return RowVerdict("ok", say(SENDS, provider=mail.email_provider, host=_route(probe).place), details=lines)


class MailRoute(NamedTuple):
    host: str
    port: int | None

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}" if self.port else self.host

    @property
    def is_here(self) -> bool:
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


def _route(probe: Probe) -> MailRoute:
    route = open_delivery(probe.live.current.email).route
    return MailRoute(route.host, route.port)


async def look_at_test(probe: Probe) -> RowVerdict:
    newest = select(PlatformMail.status, PlatformMail.created_at).where(PlatformMail.template_code == TEST_EMAIL.code)
    async with probe.sessions.committing() as session:
        test = await find_last_test(session, SOURCE_LANGUAGE)
        mail = (await session.execute(newest.order_by(PlatformMail.created_at.desc()).limit(1))).one_or_none()
    lines = [f"{TEST_EMAIL.code}: {mail.status}, {mail.created_at:%Y-%m-%d %H:%M} UTC"] if mail else []
    return judge_test(_route(probe), test, lines, is_production=probe.settings.is_production)


def judge_test(
    route: MailRoute, test: LastConnectionTest | None, lines: list[str], *, is_production: bool
) -> RowVerdict:
    command = "orion mail test YOUR_ADDRESS"
    if test is None and route.is_here and not is_production:
        return RowVerdict("ok", say(ONLY_HERE, host=route.place), details=lines)
    if test is None:
        return RowVerdict("warning", say(NOT_TESTED), details=lines, step=say(TEST), command=command)
    tested = MailRoute(test.host, test.port)
    if tested != route:
        evidence = say(OTHER_TESTED, host=tested.place)
        return RowVerdict("warning", evidence, test.tested_at, lines, say(TEST), command)
    if not test.is_ok:
        evidence = say(TEST_FAILED, reason=test.sentence)
        return RowVerdict("blocks", evidence, test.tested_at, lines, say(TEST), command)
    return RowVerdict("ok", say(TEST_WORKED, reason=test.sentence), test.tested_at, lines)


async def look_at_delivery(probe: Probe) -> RowVerdict:
    row = await probe.pool.fetchrow(PLATFORM_MAILS, probe.now - WINDOW)
    figures = await probe.once(read_figures)
    sent = row["sent"] + sum(each.mails_sent for each in figures)
    failed = {"–": row["failed"]} | {each.code: each.mails_failed for each in figures}
    return judge_delivery(sent, failed)


def judge_delivery(sent: int, failed: dict[str, int]) -> RowVerdict:
    """`failed`: by merchant."""
    total = sum(failed.values())
    evidence = say(DELIVERED, sent=sent, refused=total)
    if not total:
        return RowVerdict("ok", evidence)
    state: RowState = "blocks" if total >= MANY_FAILURES and total > sent else "warning"
    return RowVerdict(state, evidence, details=named(failed), step=say(LOOK_AT_MAILS))
