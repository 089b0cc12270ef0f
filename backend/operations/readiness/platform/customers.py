"""Merchants whose customers may be leaving, or to whom few new ones come: on the platform's board and on their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.core.sentence import say
from backend.loyalty.retention.rules import CustomerFigures
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import N_, NN_

COUNTS = "SELECT * FROM customer_figures($1)"
NOT_COUNTED = N_("Customers have not been counted yet; this happens each night.")
NOBODY_LEAVES = N_("No merchant that has been live for 60 days has more than a fifth of its active cards at risk.")
SOME_LEAVE = NN_(
    "At %(count)s merchant more than a fifth of the active cards are at risk.",
    "At %(count)s merchants more than a fifth of the active cards are at risk.",
)
ENOUGH_NEW = N_("No merchant that has been live for a week has fewer than five new cards in seven days.")
FEW_NEW = NN_(
    "At %(count)s merchant fewer than five cards are new in seven days.",
    "At %(count)s merchants fewer than five cards are new in seven days.",
)
REENGAGE = N_(
    "These customers have stayed away for longer than usual. Let the owner invite them back, with the emails after a "
    "long absence or with a new reward. Where most customers come only once, this warning stays."
)
SHOW_THE_CODE = N_(
    "Let the owner check that the QR code hangs where customers pay, and that the website leads to the join page."
)


@dataclass(frozen=True, slots=True)
class CountedMerchant:
    code: str
    is_test: bool
    figures: CustomerFigures


async def read_counts(probe: Probe) -> list[CountedMerchant]:
    """Of all merchants that were counted, or of the board's."""
    rows = [tuple(row) for row in await probe.pool.fetch(COUNTS, probe.merchant_id)]
    return [CountedMerchant(row[0], row[1], CustomerFigures(*row[2:])) for row in rows]


async def look_at_merchants_at_risk(probe: Probe) -> RowVerdict:
    return judge_merchants_at_risk(await probe.once(read_counts))


def judge_merchants_at_risk(counted: Sequence[CountedMerchant]) -> RowVerdict:
    real = [each for each in counted if not each.is_test]
    if not real:
        return RowVerdict("ok", say(NOT_COUNTED))
    losing = sorted((each for each in real if each.figures.is_losing_customers), key=_share, reverse=True)
    counted_at = max(each.figures.counted_at for each in real)
    if not losing:
        return RowVerdict("ok", say(NOBODY_LEAVES), counted_at)
    named = [f"{each.code} {each.figures.at_risk_cards}/{each.figures.active_cards}" for each in losing]
    return RowVerdict("warning", say(SOME_LEAVE, count=len(losing)), counted_at, named, say(REENGAGE))


def _share(merchant: CountedMerchant) -> float:
    return merchant.figures.at_risk_cards / merchant.figures.active_cards


async def look_at_new_cards(probe: Probe) -> RowVerdict:
    return judge_new_cards(await probe.once(read_counts))


def judge_new_cards(counted: Sequence[CountedMerchant]) -> RowVerdict:
    real = [each for each in counted if not each.is_test]
    if not real:
        return RowVerdict("ok", say(NOT_COUNTED))
    few = sorted((each for each in real if each.figures.has_few_new_cards), key=lambda each: each.figures.new_cards)
    counted_at = max(each.figures.counted_at for each in real)
    if not few:
        return RowVerdict("ok", say(ENOUGH_NEW), counted_at)
    named = [f"{each.code} {each.figures.new_cards}" for each in few]
    return RowVerdict("warning", say(FEW_NEW, count=len(few)), counted_at, named, say(SHOW_THE_CODE))
