"""What the merchant's tablets may do without a network."""

from collections.abc import Sequence

from backend.staff_pins.grants.schemas import OfflineRuleEntry, OfflineRuleList, OfflineRulesView
from frontend.api.client import Caller

RULES = "/merchant/loyalty/offline-rules"


async def get_offline_rules(caller: Caller) -> list[OfflineRuleEntry]:
    """The first is for every tablet without rules of its own."""
    return (await caller.get(RULES, OfflineRulesView)).rules


async def set_offline_rules(caller: Caller, rules: Sequence[OfflineRuleEntry]) -> None:
    """These and no others."""
    await caller.put(RULES, OfflineRuleList(list(rules)), OfflineRulesView)
