"""Merchants whose customers may be leaving, or to whom few new ones come: on the platform's board and on their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.core.sentence import Sentence, say
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
    losing = sorted((each for each in _real(counted) if each.figures.is_losing_customers), key=_share, reverse=True)
    named = [f"{each.code} {each.figures.at_risk_cards}/{each.figures.active_cards}" for each in losing]
    return _verdict(_real(counted), named, say(NOBODY_LEAVES), say(SOME_LEAVE, count=len(named)), say(REENGAGE))


def _share(merchant: CountedMerchant) -> float:
    """Of one that loses customers, and so has cards."""
    return merchant.figures.at_risk_cards / merchant.figures.active_cards


async def look_at_new_cards(probe: Probe) -> RowVerdict:
    return judge_new_cards(await probe.once(read_counts))


def judge_new_cards(counted: Sequence[CountedMerchant]) -> RowVerdict:
    few = [each for each in _real(counted) if each.figures.has_few_new_cards]
    named = [f"{each.code} {each.figures.new_cards}" for each in sorted(few, key=lambda each: each.figures.new_cards)]
    return _verdict(_real(counted), named, say(ENOUGH_NEW), say(FEW_NEW, count=len(named)), say(SHOW_THE_CODE))


def _real(counted: Sequence[CountedMerchant]) -> list[CountedMerchant]:
    return [each for each in counted if not each.is_test]


def _verdict(
    counted: Sequence[CountedMerchant], named: list[str], fine: Sentence, trouble: Sentence, step: Sentence
) -> RowVerdict:
    if not counted:
        return RowVerdict("ok", say(NOT_COUNTED))
    counted_at = max(each.figures.counted_at for each in counted)
    return RowVerdict("warning", trouble, counted_at, named, step) if named else RowVerdict("ok", fine, counted_at)
