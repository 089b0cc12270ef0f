"""`orion explain user`: one screen about a person who cannot sign in, or who has been sent away."""

from collections.abc import Iterator

import rich_click as click
from msgspec import to_builtins

from backend.cli.explain_lines import Line, next_lines, print_lines
from backend.cli.output import as_json_too, print_json, with_services
from backend.core.clock import clock
from backend.core.next_steps import in_utc
from backend.identity.stories.queries import read_story
from backend.identity.stories.story import PersonAccount, PersonStory, Place, StoryInvitation
from backend.services import Services


@click.command("user")
@click.argument("email")
@as_json_too
def explain_user(email: str, as_json: bool) -> None:
    """Tell what stands in the way of a person's sign-in, what is open to them, and what to do next."""

    async def read(services: Services) -> PersonStory:
        security = services.live.current.security
        is_production = services.settings.is_production
        return await read_story(services.sessions, email, security, clock.now(), is_production=is_production)

    story = with_services(read)
    if as_json:
        print_json(to_builtins(story))
        return
    print_lines(_lines(story))


def _lines(story: PersonStory) -> Iterator[Line]:
    if story.account is None:
        yield "person", f"nobody signs in as {story.email}"
    else:
        yield from _account_lines(story.account)
    for invitation in story.invitations:
        yield "invited", f"to {invitation.merchant or 'the platform'} {_invitation(invitation)}"
    for mail in story.mails:
        yield "email", f"{in_utc(mail.created_at)}  {mail.status:10} {mail.template:20} {mail.id}"
    yield from next_lines(story.next)


def _account_lines(account: PersonAccount) -> Iterator[Line]:
    state = "" if account.is_active else ", deactivated"
    yield "person", f"{account.name} <{account.email}>, {account.id}, since {account.created_at:%Y-%m-%d}{state}"
    if account.platform_role:
        yield "works for", f"the platform, {account.platform_role}"
    for place in account.places:
        yield "works for", _place(place)
    for merchant in account.former_merchants:
        yield "has left", merchant
    yield "factors", _factors(account)
    if account.reset_link_until:
        yield "link", f"for a new password, open until {in_utc(account.reset_link_until)}"
    for session in account.sessions:
        at = f" at {session.merchant}" if session.merchant else ""
        began, seen = in_utc(session.began_at), in_utc(session.last_seen_at)
        yield "session", f"{session.kind}{at}, {session.browser}, since {began}, last used {seen}"
    if not account.sessions:
        yield "session", "none is open"
    for invitation in account.has_invited:
        yield "has invited", f"{invitation.email} to {invitation.merchant or 'the platform'} {_invitation(invitation)}"


def _place(place: Place) -> str:
    if place.role == "merchant_owner":
        where = "all stores"
    else:
        rights = [f"{code} ({len(permissions)} permissions)" for code, permissions in place.stores.items()]
        where = ", ".join([*rights, *(f"{code} (closed)" for code in place.closed_stores)]) or "no store"
    until = f" until {in_utc(place.pin_locked_until)}" if place.pin_locked_until else ""
    return f"{place.merchant}, {place.role}, {where}, PIN {place.pin}{until}"


def _factors(account: PersonAccount) -> str:
    if not account.has_second_factor:
        return "no second factor"
    app = "authenticator app, " if account.has_authenticator else ""
    return f"{app}{account.passkeys} passkeys, {account.recovery_codes} recovery codes left"


def _invitation(invitation: StoryInvitation) -> str:
    by = invitation.invited_by or "nobody named"
    return f"as {invitation.role} by {by}, {in_utc(invitation.sent_at)}, valid until {in_utc(invitation.expires_at)}"
