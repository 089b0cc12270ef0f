"""Whether the merchant's customers come again, and new ones come. What is wrong here blocks nothing."""

from backend.core.sentence import Sentence, say
from backend.loyalty.retention.rules import CustomerFigures
from backend.operations.readiness.platform.customers import NOT_COUNTED, REENGAGE, SHOW_THE_CODE, read_counts
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import NN_

AT_RISK = NN_("%(count)s of %(all)s active cards is at risk.", "%(count)s of %(all)s active cards are at risk.")
NEW_CARDS = NN_("%(count)s new card in seven days.", "%(count)s new cards in seven days.")


async def look_at_own_cards_at_risk(probe: Probe) -> RowVerdict:
    return judge_cards_at_risk(await _read(probe))


async def look_at_own_new_cards(probe: Probe) -> RowVerdict:
    return judge_own_new_cards(await _read(probe))


async def _read(probe: Probe) -> CustomerFigures | None:
    counted = await probe.once(read_counts)
    return counted[0].figures if counted else None


def judge_cards_at_risk(figures: CustomerFigures | None) -> RowVerdict:
    if figures is None:
        return RowVerdict("ok", say(NOT_COUNTED))
    evidence = say(AT_RISK, count=figures.at_risk_cards, all=figures.active_cards)
    return _verdict(figures, evidence, REENGAGE if figures.is_losing_customers else None)


def judge_own_new_cards(figures: CustomerFigures | None) -> RowVerdict:
    if figures is None:
        return RowVerdict("ok", say(NOT_COUNTED))
    return _verdict(
        figures, say(NEW_CARDS, count=figures.new_cards), SHOW_THE_CODE if figures.has_few_new_cards else None
    )


def _verdict(figures: CustomerFigures, evidence: Sentence, step: str | None) -> RowVerdict:
    return RowVerdict("warning" if step else "ok", evidence, figures.counted_at, step=say(step) if step else None)
