"""What the merchant's emails say, and in whose name."""

from sqlalchemy import func, select

from backend.core.sentence import say
from backend.merchants.models import Merchant
from backend.messaging.template_editing.models import EmailTemplate, EmailTemplateOverride
from backend.operations.readiness.merchant.setup import read_merchant
from backend.operations.readiness.platform.figures import read_figures
from backend.operations.readiness.platform.mail import judge_delivery
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import N_, NN_

SENDER = N_("Emails come in the name of %(name)s.")
NO_ADDRESSES = N_("Emails come in the name of %(name)s; these are missing: %(parts)s.")
ANSWERS, POSTAL = "contact_email", "postal_address"
ENTER = N_("Enter them on the page of the merchant: answers go to the platform otherwise, and the footer names nobody.")
OWN_TEXTS = NN_("%(count)s text of its own.", "%(count)s texts of its own.")
NONE_OWN = N_("All emails say what the platform says.")
OLDER = NN_(
    "%(count)s text of its own is older than the platform’s.",
    "%(count)s texts of its own are older than the platform’s.",
)
COMPARE = N_("Let the owner compare them with the platform’s.")


async def look_at_sender(probe: Probe) -> RowVerdict:
    return judge_sender(await probe.once(read_merchant))


def judge_sender(merchant: Merchant) -> RowVerdict:
    given = {ANSWERS: merchant.contact_email, POSTAL: merchant.postal_address}
    if missing := [name for name, value in given.items() if not value]:
        evidence = say(NO_ADDRESSES, name=merchant.name, parts=", ".join(missing))
        return RowVerdict("warning", evidence, step=say(ENTER))
    return RowVerdict("ok", say(SENDER, name=merchant.name))


async def look_at_own_texts(probe: Probe) -> RowVerdict:
    same = (EmailTemplate.code == EmailTemplateOverride.code) & (
        EmailTemplate.language == EmailTemplateOverride.language
    )
    is_older = EmailTemplateOverride.platform_version < EmailTemplate.version
    texts = (
        select(EmailTemplateOverride.code + "/" + EmailTemplateOverride.language, func.coalesce(is_older, False))
        .outerjoin(EmailTemplate, same)
        .where(EmailTemplateOverride.merchant_id == probe.of_merchant)
    )
    async with probe.sessions.committing(probe.of_merchant) as session:
        return judge_own_texts(dict((await session.execute(texts)).tuples().all()))


def judge_own_texts(texts: dict[str, bool]) -> RowVerdict:
    """Whether each is older than the platform's."""
    if older := [name for name, is_older in texts.items() if is_older]:
        return RowVerdict("warning", say(OLDER, count=len(older)), details=older, step=say(COMPARE))
    return RowVerdict("ok", say(OWN_TEXTS, count=len(texts)) if texts else say(NONE_OWN), details=list(texts))


async def look_at_own_delivery(probe: Probe) -> RowVerdict:
    figures = await probe.once(read_figures)
    return judge_delivery(sum(each.mails_sent for each in figures), {each.code: each.mails_failed for each in figures})
