"""`orion explain mail`: why an email was written, and what became of it."""

from collections.abc import Iterator, Sequence
from functools import partial

import rich_click as click
from msgspec import to_builtins

from backend.cli.explain_lines import Line, print_lines
from backend.cli.output import as_json_too, print_json, with_services_or_refusal
from backend.core.clock import clock
from backend.core.next_steps import in_utc
from backend.messaging.schemas import EmailDetail
from backend.messaging.story import MailStory, StoryMail, list_mails_to, read_story
from backend.services import Services


@click.command("mail")
@click.argument("named", metavar="ID|ADDRESS")
@as_json_too
def explain_mail(named: str, as_json: bool) -> None:
    """Tell the story of one email: why it was written, each attempt, and what happens next.

    The ID is the last part of its address at /admin/emails. With a person's email ADDRESS: of the last email to them;
    those before are named.
    """
    story, others = with_services_or_refusal(partial(_read, named=named))
    if as_json:
        print_json(story.facts() | {"others": to_builtins(others)})
        return
    print_lines(_lines(story, others))


async def _read(services: Services, named: str) -> tuple[MailStory, list[StoryMail]]:
    now, others = clock.now(), list[StoryMail]()
    if "@" in named and named.isprintable():
        newest, *others = await list_mails_to(services.pool, services.cursors, named.strip().lower(), now)
        mail_id = newest.id
    else:
        mail_id = click.UUID(named)
    return await read_story(services.pool, services.sessions, services.live.in_force, mail_id, now), others


def _lines(story: MailStory, others: Sequence[StoryMail]) -> Iterator[Line]:
    mail = story.mail
    version = f", version {mail.template_version}" if mail.template_version else ""
    yield "email", f"{mail.template_name} ({mail.template_code}{version}, {mail.language}, {mail.kind})"
    yield "why", story.occasion if mail.resend_of is None else f"An administrator has sent {mail.resend_of} again."
    yield "from", f"{mail.merchant_name} ({mail.merchant_code})" if mail.merchant_name else "the platform"
    yield "to", mail.recipient or "the customer was erased"
    yield "written", in_utc(mail.created_at)
    for event in mail.history:
        told = [event.outcome, event.problem, event.reply]
        yield in_utc(event.at), " · ".join(each for each in told if each)
    yield "status", f"{mail.status}, {mail.attempts} attempts"
    for each in (mail.problem, mail.advice):
        if each:
            yield "", each
    if mail.provider:
        yield "last by", _way(mail)
    for used in story.in_force:
        yield "now", f"{used.key:20} {used.value or '-':40} {used.source}"
    yield "next", story.next
    for other in others:
        yield (
            "before",
            f"{in_utc(other.created_at)} · {other.template} · {other.status}: `orion explain mail {other.id}`",
        )


def _way(mail: EmailDetail) -> str:
    host = f"{mail.host}:{mail.port}" if mail.port else mail.host or ""
    security = "" if mail.security in {None, "none"} else f" with {mail.security}"
    return f"{mail.provider} {host}{security}, as {mail.sender_name} <{mail.sender_address}>, {mail.message_id}"
