"""Emails to super admins about certificates that expire and keys that are old, one per occasion."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.settings import Settings
from backend.messaging.actions import forget_occasions, queue_platform_mail
from backend.messaging.templates.catalog.wallet_certificate_expiring import (
    WALLET_CERTIFICATE_EXPIRING,
    AlarmFacts,
    CertificateValues,
    RunbookFacts,
    StatusPageFacts,
)
from backend.messaging.templates.facts import UserFacts
from backend.operations.wallets.alarms import APPLE, GOOGLE, Alarm
from backend.operations.wallets.status import step_view
from backend.staff.models import User
from i18n.formatting import get_formatter
from i18n.locales import negotiate
from i18n.translator import N_, NN_, Translator, get_translator

RUNBOOK = "docs/runbooks/wallet-certificates.md"
SECTIONS = {APPLE: "Replace Apple's certificate", GOOGLE: "Replace Google's key"}
"""Headings of the runbook, which is in English."""
PAGE = "/admin/wallets"

DAYS_LEFT = NN_(
    "The certificate in %(file)s, which identifies us to Apple, expires on %(date)s: %(count)s day is left.",
    "The certificate in %(file)s, which identifies us to Apple, expires on %(date)s: %(count)s days are left.",
)


@dataclass(frozen=True, slots=True)
class _AlarmText:
    headline: str | tuple[str, str]
    what: str | tuple[str, str]
    """Empty when it depends on the alarm."""
    consequence: str


TEXTS = {
    (APPLE, "ending"): _AlarmText(
        N_("Apple’s certificate for passes expires on %(date)s"),
        "",
        N_(
            "Until then everything works. Afterwards passes on iPhones stop updating, nobody can add a card to Apple "
            "Wallet, and once stopped Orion does not start again."
        ),
    ),
    (APPLE, "ended"): _AlarmText(
        N_("Apple’s certificate for passes has expired"),
        N_("The certificate in %(file)s, which identifies us to Apple, expired on %(date)s."),
        N_(
            "Passes on iPhones are no longer updated, and nobody can add a card to Apple Wallet. Do not restart "
            "Orion before the files are replaced: it would not start. The runbook also says how to go on without "
            "Apple Wallet."
        ),
    ),
    (APPLE, "fault"): _AlarmText(
        N_("Apple Wallet’s files cannot be used"),
        "",
        N_(
            "Running processes still use the files they loaded at startup, so customers notice nothing yet. Do not "
            "restart Orion before this is fixed: it would not start."
        ),
    ),
    (GOOGLE, "old"): _AlarmText(
        NN_("Google Wallet’s key is %(days)s day old", "Google Wallet’s key is %(days)s days old"),
        NN_(
            "The key in %(file)s is %(days)s day old, by its file; Google advises to replace keys after 90 days.",
            "The key in %(file)s is %(days)s days old, by its file; Google advises to replace keys after 90 days.",
        ),
        N_(
            "Customers notice nothing as long as Google accepts the key. Once it has been withdrawn, passes on "
            "Android phones are no longer updated, and nobody can add a card to Google Wallet."
        ),
    ),
    (GOOGLE, "fault"): _AlarmText(
        N_("Google Wallet’s key cannot be used"),
        "",
        N_(
            "Running processes still use the key they loaded at startup, so customers notice nothing yet. Do not "
            "restart Orion before this is fixed: it would not start."
        ),
    ),
}


async def mail_super_admins(
    sessions: Sessions, settings: Settings, alarms: Sequence[Alarm], *, platform_name: str
) -> None:
    """One email to each super admin per new occasion. A fault that has ended and comes back is a new occasion."""
    now, page_url = clock.now(), settings.public_url.rstrip("/") + PAGE
    current = [alarm.occasion for alarm in alarms]
    async with sessions.committing() as session:
        for what in (APPLE, GOOGLE):
            await forget_occasions(session, f"{what}:fault:", but=current)
        for admin in await session.scalars(select(User).where(User.platform_role == "super_admin", User.is_active)):
            language = negotiate(None, person=admin.language)
            for alarm in alarms:
                values = CertificateValues(
                    user=UserFacts(admin.name),
                    alarm=_facts(alarm, language),
                    runbook=RunbookFacts(RUNBOOK, SECTIONS[alarm.what]),
                    page=StatusPageFacts(page_url),
                )
                await queue_platform_mail(
                    session, alarm.occasion, WALLET_CERTIFICATE_EXPIRING, values,
                    recipient=admin.email, language=language, now=now, platform_name=platform_name,
                )  # fmt: skip


def _facts(alarm: Alarm, language: str) -> AlarmFacts:
    """Whole sentences in the reader's language."""
    translator, text = get_translator(language), TEXTS[alarm.what, alarm.kind]
    facts: dict[str, str | int] = {
        "file": alarm.file,
        "date": get_formatter(language).date(alarm.day) if alarm.day else "",
        "days": alarm.days,
    }
    if alarm.step is not None:
        step = step_view(alarm.step, language)
        what = f"{step.sentence} {step.mend}".strip()
    elif alarm.kind == "ending":
        what = translator.ngettext(*DAYS_LEFT, alarm.days, count=alarm.days, **facts)
    else:
        what = _translated(translator, text.what, alarm.days, facts)
    headline = _translated(translator, text.headline, alarm.days, facts)
    return AlarmFacts(headline=headline, explanation=what, consequence=translator.gettext(text.consequence))


def _translated(translator: Translator, text: str | tuple[str, str], days: int, facts: dict[str, str | int]) -> str:
    if isinstance(text, tuple):
        return translator.ngettext(*text, days, **facts)
    return translator.gettext(text, **facts)
