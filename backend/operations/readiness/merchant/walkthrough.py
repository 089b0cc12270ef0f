"""Whether somebody has tried all that customers will do, with a test customer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from backend.core.database import within_merchant
from backend.core.sentence import Sentence, say
from backend.operations.readiness.merchant.setup import read_program
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from backend.wallets.models import PROVIDERS
from backend.wallets.open import configured_wallets
from i18n.translator import N_, NN_

FRESH = timedelta(days=90)
WALKED = """
SELECT step, max(walked_at)
FROM (SELECT step, walked_at FROM test_customer_steps($1)
      UNION ALL SELECT step, walked_at FROM walked_steps WHERE merchant_id = $1) all_steps
GROUP BY step
"""
RULES = """
SELECT (SELECT allow_void_transactions FROM policies WHERE merchant_id = $1),
       (SELECT code FROM stores WHERE merchant_id = $1 AND is_active ORDER BY code LIMIT 1)
"""
JOIN = "/j"

NOBODY = N_("Nobody has tried this program with a test customer.")
PARTLY = NN_(
    "%(count)s step has not been tried with a test customer.",
    "%(count)s steps have not been tried with a test customer.",
)
LONG_AGO = N_("All steps were tried with a test customer, but some of them more than 90 days ago.")
ALL = N_("All steps were tried with a test customer.")
NOT_YET = "–"


class WalkStep(NamedTuple):
    name: str
    """As `test_customer_steps` has it."""
    figure: str
    """With the moment when it was tried."""
    hint: str
    """What to do at the till, or with a phone."""
    page: str = ""
    """Path of a page that helps an administrator. Empty: the check's own, because administrators have no till."""


STEPS = (
    WalkStep(
        "joined",
        N_("Joined: %(moment)s"),
        N_(
            "Join from the poster of a store, with your own email address. Then open that card at the till, and mark "
            "it as a test card: nothing else counts here."
        ),
        JOIN,
    ),
    WalkStep(
        "welcome_email",
        N_("Welcome email sent: %(moment)s"),
        N_("Look in the email log to see why the welcome email of the test customer was not sent."),
        "/admin/emails",
    ),
    WalkStep(
        "google_pass",
        N_("Card in Google Wallet: %(moment)s"),
        N_("Open the page of the test card on an Android phone, and save the card in Google Wallet."),
        "/admin/wallets",
    ),
    WalkStep(
        "apple_pass",
        N_("Card in Apple Wallet: %(moment)s"),
        N_("Open the page of the test card on an iPhone, and add the card to Apple Wallet."),
        "/admin/wallets",
    ),
    WalkStep(
        "earned_points",
        N_("Points earned: %(moment)s"),
        N_("At the till, scan the test card, enter an amount and press “Add points”."),
    ),
    WalkStep(
        "earned_stamps",
        N_("Stamp added: %(moment)s"),
        N_("At the till, scan the test card and press “Add stamp”."),
    ),
    WalkStep(
        "redeemed",
        N_("Reward redeemed: %(moment)s"),
        N_("Once the test card has enough for a reward, scan it at the till and redeem the reward."),
    ),
    WalkStep(
        "voided",
        N_("Transaction voided: %(moment)s"),
        N_("At the till, scan the test card and void one of its transactions."),
    ),
)
"""In the order in which somebody tries them."""
EARNED = {
    "points": {"earned_points"},
    "stamps": {"earned_stamps"},
    "hybrid": {"earned_points", "earned_stamps"},
}
"""By the program's type."""


async def look_at_walkthrough(probe: Probe) -> RowVerdict:
    program = await probe.once(read_program)
    async with within_merchant(probe.pool, probe.of_merchant) as connection:
        may_void, store_code = await connection.fetchrow(RULES, probe.of_merchant)
        walked = dict(await connection.fetch(WALKED, probe.of_merchant))
    steps = steps_of(
        program.type if program else "",
        may_void=may_void,
        sends_mail=probe.live.current.email.email_provider != "console",
        wallets=configured_wallets(probe.settings),
    )
    verdict = judge_walkthrough(steps, walked, probe.now)
    if verdict.page != JOIN:
        return verdict
    return replace(verdict, page=f"{JOIN}/{store_code.upper()}" if store_code else "")


def steps_of(program_type: str, *, may_void: bool, sends_mail: bool, wallets: Collection[str]) -> Sequence[WalkStep]:
    """Those that a customer of such a program can take."""
    left_out = set().union(*EARNED.values()) - EARNED.get(program_type, set())
    left_out |= {f"{provider}_pass" for provider in PROVIDERS if provider not in wallets}
    left_out |= (set() if may_void else {"voided"}) | (set() if sends_mail else {"welcome_email"})
    return [step for step in STEPS if step.name not in left_out]


def judge_walkthrough(steps: Sequence[WalkStep], walked: Mapping[str, datetime], now: datetime) -> RowVerdict:
    """A warning at worst: no customer is affected."""
    figures = [_figure(step, walked.get(step.name)) for step in steps]
    times = [walked[step.name] for step in steps if step.name in walked]
    if missing := [step for step in steps if step.name not in walked]:
        evidence = say(PARTLY, count=len(missing)) if times else say(NOBODY)
        return RowVerdict("warning", evidence, None, figures, say(missing[0].hint), page=missing[0].page)
    if old := [step for step in steps if walked[step.name] < now - FRESH]:
        return RowVerdict("warning", say(LONG_AGO), min(times), figures, say(old[0].hint), page=old[0].page)
    return RowVerdict("ok", say(ALL), max(times), figures)


def _figure(step: WalkStep, moment: datetime | None) -> Sentence:
    return say(step.figure, moment=f"{moment:%Y-%m-%d %H:%M} UTC" if moment else NOT_YET)
