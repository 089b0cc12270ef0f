"""Test customers that are left at merchants with real ones."""

from backend.core.sentence import say
from backend.operations.readiness.platform.figures import named
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import N_, NN_

COUNTS = "SELECT * FROM count_test_customers()"
NONE = N_("No customer of a real merchant is marked as a test customer.")
LEFT = NN_(
    "%(count)s customer of a real merchant is marked as a test customer.",
    "%(count)s customers of real merchants are marked as test customers.",
)
REMOVE = N_("Remove them when nothing is tried out there any more. With --dry-run the command only counts.")


async def look_at_test_data(probe: Probe) -> RowVerdict:
    return judge_test_data(dict(await probe.pool.fetch(COUNTS)))


def judge_test_data(customers: dict[str, int]) -> RowVerdict:
    """By the code of the merchant."""
    total = sum(customers.values())
    if not total:
        return RowVerdict("ok", say(NONE))
    evidence, command = say(LEFT, count=total), "orion cleanup --test-data"
    return RowVerdict("warning", evidence, None, named(customers), say(REMOVE), command)
