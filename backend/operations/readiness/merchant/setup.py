"""What a merchant has set up before customers come: program, rewards, stores."""

from sqlalchemy import func, select

from backend.access.features import LOYALTY
from backend.core.sentence import say
from backend.loyalty.programs.models import Program
from backend.loyalty.rewards.models import Reward
from backend.merchants.features.queries import read_switches
from backend.merchants.models import Merchant, Store
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import N_, NN_

NO_PROGRAM = N_("There is no program.")
ADD_PROGRAM = N_("Add one on the page of the merchant.")
INACTIVE = N_("The program is switched off: nobody can join.")
SWITCH_ON = N_("Let the owner switch it on.")
NO_LEGAL_TEXT = N_("There is no legal text in the program’s default language, %(language)s: customers accept nothing.")
WRITE_TEXT = N_("Let the owner write it before the first customer joins.")
PROGRAM = N_("The program “%(name)s” is open, with a legal text.")
NO_REWARD = N_("There is no reward: points cannot be redeemed.")
ADD_REWARD = N_("Let the owner add one.")
REWARDS = NN_("%(count)s reward is offered.", "%(count)s rewards are offered.")
STAMPS_ONLY = N_("The program is about stamps; it needs no other reward.")
NO_STORE = N_("No store is open.")
OPEN_STORE = N_("Open one on the page of the merchant.")
NOT_LIVE = N_("No store is live: tills do not record, and the join page is closed.")
GO_LIVE = N_("Let the stores go live on the page of the merchant, once everything else is in order.")
SOME_LIVE = N_("Live: %(names)s.")


async def read_program(probe: Probe) -> Program | None:
    async with probe.sessions.committing(probe.of_merchant) as session:
        found = select(Program).where(Program.merchant_id == probe.of_merchant)
        program: Program | None = await session.scalar(found)
    return program


async def look_at_program(probe: Probe) -> RowVerdict:
    return judge_program(await probe.once(read_program))


def judge_program(program: Program | None) -> RowVerdict:
    if program is None:
        return RowVerdict("blocks", say(NO_PROGRAM), step=say(ADD_PROGRAM))
    if not program.is_active:
        return RowVerdict("blocks", say(INACTIVE), step=say(SWITCH_ON))
    if not program.terms_text.get(program.default_language, "").strip() and not program.terms_url:
        return RowVerdict("blocks", say(NO_LEGAL_TEXT, language=program.default_language), step=say(WRITE_TEXT))
    texts = [language for language, text in program.terms_text.items() if text.strip()]
    return RowVerdict("ok", say(PROGRAM, name=program.name), details=texts)


async def look_at_rewards(probe: Probe) -> RowVerdict:
    program = await probe.once(read_program)
    if program is not None and program.type == "stamps":
        return RowVerdict("ok", say(STAMPS_ONLY))
    is_offered = Reward.is_active & Reward.archived_at.is_(None)
    count = select(func.count(Reward.id)).where(Reward.merchant_id == probe.of_merchant, is_offered)
    async with probe.sessions.committing(probe.of_merchant) as session:
        offered = await session.scalar(count) or 0
    if not offered:
        return RowVerdict("warning", say(NO_REWARD), step=say(ADD_REWARD))
    return RowVerdict("ok", say(REWARDS, count=offered))


async def look_at_stores(probe: Probe) -> RowVerdict:
    """Which of the open stores are live."""
    open_ones = select(Store).where(Store.merchant_id == probe.of_merchant, Store.is_active).order_by(Store.code)
    async with probe.sessions.committing(probe.of_merchant) as session:
        stores = list(await session.scalars(open_ones))
        switches = await read_switches(session, probe.of_merchant)
    return judge_stores({store.code: switches.show(LOYALTY, store).is_in_force for store in stores})


def judge_stores(stores: dict[str, bool]) -> RowVerdict:
    """Whether each open store is live."""
    if not stores:
        return RowVerdict("blocks", say(NO_STORE), step=say(OPEN_STORE))
    if not any(stores.values()):
        return RowVerdict("blocks", say(NOT_LIVE), details=list(stores), step=say(GO_LIVE))
    waiting = [code for code, is_live in stores.items() if not is_live]
    live = ", ".join(code for code, is_live in stores.items() if is_live)
    if waiting:
        return RowVerdict("warning", say(SOME_LIVE, names=live), details=waiting, step=say(GO_LIVE))
    return RowVerdict("ok", say(SOME_LIVE, names=live))


async def read_merchant(probe: Probe) -> Merchant:
    async with probe.sessions.committing(probe.of_merchant) as session:
        return await session.get_one(Merchant, probe.of_merchant)
