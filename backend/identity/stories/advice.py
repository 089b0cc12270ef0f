"""What stands in the way of a person who cannot sign in, and what an operator does about it. In English."""

from collections.abc import Iterator
from datetime import datetime

from backend.core.next_steps import in_utc
from backend.identity.stories.story import PersonAccount, PersonStory, Place

FAILED_MAIL = {"failed", "bounced", "unknown"}
PIN = {
    "disabled": "{merchant}: the PIN is disabled after ten wrong attempts. Colleagues who may unlock PINs do it at "
    "/till/pins; or the person sets a new one at /profile/pin.",
    "locked": "{merchant}: the PIN is locked until {until}. Colleagues who may unlock PINs do it at /till/pins.",
}


def advice(story: PersonStory, now: datetime, *, is_production: bool) -> Iterator[str]:
    """One sentence for each thing to do; at least one."""
    if story.account is None:
        yield from _without_account(story, now)
    else:
        obstacles = list(_obstacles(story.account, is_production=is_production))
        yield from obstacles or ["Nothing stands in the way of signing in."]
        yield from _helps(story.account)
        yield from _to_look_at(story.account)
    yield from _mails(story)


def _without_account(story: PersonStory, now: datetime) -> Iterator[str]:
    if not story.invitations:
        yield "Nobody signs in with this address, and no invitation to it is open. Is it spelled as in the invitation?"
    for invitation in story.invitations:
        page = "/admin/users" if invitation.merchant is None else f"/office/staff of {invitation.merchant}"
        if invitation.expires_at <= now:
            yield f"The invitation has expired: resend it at {page}."
        else:
            yield f"The invitation is open: the link of the newest email works. It can be resent at {page}."


def _obstacles(account: PersonAccount, *, is_production: bool) -> Iterator[str]:
    if not account.is_active:
        yield _of_deactivated(account)
        return
    if account.platform_role is None and not account.places:
        yield "Works for no merchant, so signing in is refused. An owner invites them anew at /office/staff."
    for place in account.places:
        yield from _obstacles_at(place)
    if account.codes_refused_until is not None:
        yield (
            f"Too many wrong codes: new browsers are refused until {in_utc(account.codes_refused_until)}. Browsers in "
            "which the person has signed in before are not."
        )
    if is_production and account.platform_role is not None and not account.has_second_factor:
        yield "Has no second factor: after signing in, they set one up before anything else."


def _of_deactivated(account: PersonAccount) -> str:
    if account.platform_role is not None:
        return "Was removed from the administrators. `orion users invite` or /admin/users invites them anew."
    return f"The account is deactivated. `orion users activate {account.email}` opens it again."


def _obstacles_at(place: Place) -> Iterator[str]:
    if place.role == "store_member" and not place.stores:
        closed = f" ({', '.join(place.closed_stores)} is closed)" if place.closed_stores else ""
        yield f"{place.merchant}: works at no open store{closed}. An owner gives one at /office/staff."
    if place.pin in PIN:
        until = in_utc(place.pin_locked_until) if place.pin_locked_until else ""
        yield PIN[place.pin].format(merchant=place.merchant, until=until)


def _helps(account: PersonAccount) -> Iterator[str]:
    if not account.is_active:
        return
    yield "Password forgotten: the person asks for a link at /forgotten. It works for 30 minutes."
    if account.has_second_factor:
        yield f"Phone and recovery codes lost: `orion users reset {account.email}`."
        yield "Codes are refused though they are new: compare the clocks of the phone and of this machine."


def _to_look_at(account: PersonAccount) -> Iterator[str]:
    """What stays open when somebody is sent away."""
    if not account.is_active and account.sessions:
        yield "Sessions are open, but none opens anything while the account is deactivated."
    for invitation in account.has_invited:
        page = "/admin/users" if invitation.merchant is None else f"/office/staff of {invitation.merchant}"
        yield f"An invitation of {invitation.email} by them is open: withdraw it at {page} if nobody knows why."


def _mails(story: PersonStory) -> Iterator[str]:
    for mail in story.mails[:1]:
        if mail.status in FAILED_MAIL | {"queued"}:
            yield f"The latest email is {mail.status}: `orion explain mail {mail.id}` says why."
