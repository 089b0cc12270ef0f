"""A program to begin with: sensible rules, texts in every language, and one reward."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.administration.problems import ProgramExists
from backend.administration.schemas.programs import ProgramType
from backend.audit.actions import record_change
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.loyalty.programs.models import Program, TermsVersion
from backend.loyalty.rewards.models import Reward
from backend.merchants.models import Merchant
from i18n.locales import LANGUAGES
from i18n.translator import N_, get_translator

TERMS = {
    "stamps": N_(
        "Collect a stamp for each visit; a full card is a reward. Stamps have no cash value. You may leave at any "
        "time; your data is then erased."
    ),
    "points": N_(
        "Collect a point for every euro, and exchange points for rewards. Points have no cash value. You may leave at "
        "any time; your data is then erased."
    ),
    "hybrid": N_(
        "Collect a point for every euro and a stamp for each visit. Points and stamps have no cash value. You may "
        "leave at any time; your data is then erased."
    ),
}
# NOTE: name of a reward: one of what the customer otherwise buys
STAMP_REWARD = N_("One for free")
REWARD, REWARD_POINTS, REWARD_CENTS = N_("€5 voucher"), 100, 500
COLOR = "#414FD2"


async def add_program(session: AsyncSession, origin: Origin, kind: ProgramType) -> Program:
    """Active at once, under the merchant’s name. Raises ProgramExists."""
    merchant = await session.get_one(Merchant, origin.merchant_id, with_for_update=True)
    if await session.scalar(select(Program.id).where(Program.merchant_id == merchant.id)) is not None:
        raise ProgramExists
    program = _program(merchant, origin, kind)
    session.add(program)
    await session.flush()
    session.add(
        TermsVersion(
            merchant_id=merchant.id,
            program_id=program.id,
            version=1,
            stamp_reward=_in_all_languages(STAMP_REWARD),
            published_at=origin.now,
        )
    )
    if kind != "stamps":
        session.add(_reward(origin, program.id))
    await session.flush()
    record_change(session, origin, "program.created", subject_id=program.id, after={"type": kind})
    return program


def _program(merchant: Merchant, origin: Origin, kind: ProgramType) -> Program:
    return Program(
        merchant_id=merchant.id,
        id=new_id(),
        type=kind,
        name=merchant.name,
        card_name=merchant.name,
        card_color=COLOR,
        terms_text=_in_all_languages(TERMS[kind]),
        default_language=merchant.default_language,
        terms_version=1,
        created_at=origin.now,
    )


def _reward(origin: Origin, program_id: UUID) -> Reward:
    return Reward(
        merchant_id=origin.merchant_id,
        id=new_id(),
        program_id=program_id,
        name=_in_all_languages(REWARD),
        description={},
        points_required=REWARD_POINTS,
        value_cents=REWARD_CENTS,
        created_at=origin.now,
        updated_at=origin.now,
    )


def _in_all_languages(sentence: str) -> dict[str, str]:
    return {language: get_translator(language).gettext(sentence) for language in LANGUAGES}
