"""The catalogs of the languages, as they are installed."""

import asyncio
from collections.abc import Sequence
from functools import cache

from backend.core.sentence import say
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.catalogs.coverage import Coverage, coverage
from i18n.translator import N_, NN_

COMPLETE = N_("Every sentence is there in every language.")
INCOMPLETE = NN_("%(count)s sentence is shown in English.", "%(count)s sentences are shown in English.")
TRANSLATE = N_("Let a translator fill the catalogs; English shows through until then.")


async def look_at_catalogs(_: Probe) -> RowVerdict:
    """They do not change while a process runs."""
    return judge_catalogs(await asyncio.to_thread(_read))


@cache
def _read() -> list[Coverage]:
    return coverage()


def judge_catalogs(lines: Sequence[Coverage]) -> RowVerdict:
    missing = sum(line.missing + line.fuzzy for line in lines)
    counts = [f"{line.language} {line.audience} {line.translated}/{line.total}" for line in lines]
    if missing:
        evidence = say(INCOMPLETE, count=missing)
        return RowVerdict("warning", evidence, details=counts, step=say(TRANSLATE), command="orion i18n report")
    return RowVerdict("ok", say(COMPLETE), details=counts)
