"""The merchant's program at Google."""

from sqlalchemy import select

from backend.core.sentence import say
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from backend.wallets.models import GoogleProgram
from backend.wallets.open import configured_wallets
from i18n.translator import N_

NOT_OFFERED = N_("Google Wallet is not configured on this platform.")
NO_CLASS = N_("Google does not know the program yet; the first card that is added makes it known.")
STATES = {
    "approved": N_("Google shows the program."),
    "under_review": N_("Google is reviewing the program; its cards can be added by testers only."),
    "rejected": N_("Google has rejected the program: nobody can add a card."),
}
CORRECT = N_("Correct the program’s name, logo or texts; saving it asks Google again.")


async def look_at_google_program(probe: Probe) -> RowVerdict:
    if "google" not in configured_wallets(probe.settings):
        return RowVerdict("ok", say(NOT_OFFERED))
    async with probe.sessions.committing() as session:
        found = select(GoogleProgram).where(GoogleProgram.merchant_id == probe.of_merchant)
        return judge_google_program(await session.scalar(found))


def judge_google_program(program: GoogleProgram | None) -> RowVerdict:
    if program is None:
        return RowVerdict("ok", say(NO_CLASS))
    evidence = say(STATES[program.review_status])
    match program.review_status:
        case "rejected":
            return RowVerdict("blocks", evidence, program.synced_at, step=say(CORRECT))
        case "under_review":
            return RowVerdict("warning", evidence, program.synced_at)
    return RowVerdict("ok", evidence, program.synced_at)
