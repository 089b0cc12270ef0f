"""What concerns merchants and that operators have to know of all of them."""

import msgspec
from sqlalchemy import select, text

from backend.access.features import LOYALTY, is_enabled
from backend.core.sentence import say
from backend.merchants.models import Merchant
from backend.operations.readiness.platform.figures import MerchantFigures, named, read_figures
from backend.operations.readiness.platform.queues import LOOK_AT_WORKERS
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from backend.webhooks.queries import read_webhook_backlog
from i18n.translator import N_, NN_

OVERVIEWS = text("SELECT merchant_overviews(:merchants)::text")
REVIEW_DAYS = 3
STUCK_SECONDS = 10 * 60

LIVE = NN_("%(count)s store is live.", "%(count)s stores are live.")
NONE_LIVE = N_("No store is live: no till records, and no join page is open.")
SWITCH_ON = N_("Let a store go live on the page of its merchant.")
NOT_LIVE = N_("not live: %(name)s")
REVIEW_EMPTY = N_("Nothing that tablets did offline waits for a person.")
REVIEW_WAITS = NN_(
    "%(count)s operation of a tablet waits for a person.", "%(count)s operations of tablets wait for a person."
)
REMIND = N_("Owners get an email each morning. Remind those who leave it: their customers miss points.")
WEBHOOKS_FINE = N_("Every endpoint takes its webhooks.")
WEBHOOKS_FAIL = N_("Endpoints that fail: %(waiting)s. Switched off: %(refused)s. Given up in 24 hours: %(expired)s.")
TELL_MERCHANT = N_("Name the endpoint and its answer to the merchant.")
WEBHOOKS_WAIT = N_("Webhooks are due and wait: %(waiting)s. Age of the oldest: %(age)s.")


class _Feature(msgspec.Struct):
    feature: str
    store_id: str | None
    is_enabled: bool


class _Overview(msgspec.Struct):
    id: str
    stores: list[str]
    features: list[_Feature]

    def live_stores(self) -> int:
        return sum(self._is_live(store_id) for store_id in self.stores)

    def _is_live(self, store_id: str) -> bool:
        here = [each for each in self.features if each.store_id in {None, store_id}]
        return is_enabled(LOYALTY, [(each.feature, each.store_id is not None, each.is_enabled) for each in here])


async def look_at_live_stores(probe: Probe) -> RowVerdict:
    async with probe.sessions.committing() as session:
        codes = {str(row[0]): row[1] for row in await session.execute(select(Merchant.id, Merchant.code))}
        rows = await session.scalars(OVERVIEWS, {"merchants": list(codes)})
        overviews = [msgspec.json.decode(row, type=_Overview) for row in rows]
    return judge_live_stores({codes[each.id]: each.live_stores() for each in overviews})


def judge_live_stores(live: dict[str, int]) -> RowVerdict:
    """How many stores of each merchant are live."""
    off = [say(NOT_LIVE, name=code) for code, count in live.items() if not count]
    if not any(live.values()):
        return RowVerdict("warning", say(NONE_LIVE), details=off, step=say(SWITCH_ON))
    return RowVerdict("ok", say(LIVE, count=sum(live.values())), details=off)


async def look_at_reviews(probe: Probe) -> RowVerdict:
    return judge_reviews(await probe.once(read_figures), probe)


def judge_reviews(figures: list[MerchantFigures], probe: Probe) -> RowVerdict:
    total = sum(each.reviews for each in figures)
    if not total:
        return RowVerdict("ok", say(REVIEW_EMPTY))
    oldest_at = min(each.oldest_review_at for each in figures if each.oldest_review_at)
    evidence, merchants = say(REVIEW_WAITS, count=total), named({each.code: each.reviews for each in figures})
    if (probe.now - oldest_at).days < REVIEW_DAYS:
        return RowVerdict("ok", evidence, oldest_at, merchants)
    return RowVerdict("warning", evidence, oldest_at, merchants, say(REMIND))


async def look_at_webhooks(probe: Probe) -> RowVerdict:
    verdict = judge_endpoints(await probe.once(read_figures))
    if verdict.state != "ok":
        return verdict
    backlog = await read_webhook_backlog(probe.pool, probe.now)
    age = backlog.age_seconds(probe.now)
    if age <= STUCK_SECONDS:
        return verdict
    evidence = say(WEBHOOKS_WAIT, waiting=backlog.waiting, age=int(age))
    return RowVerdict("warning", evidence, backlog.oldest_at, step=say(LOOK_AT_WORKERS))


async def look_at_endpoints(probe: Probe) -> RowVerdict:
    return judge_endpoints(await probe.once(read_figures))


def judge_endpoints(figures: list[MerchantFigures]) -> RowVerdict:
    failing = {each.code: each.endpoints_failing + each.endpoints_disabled for each in figures}
    given_up = sum(each.webhooks_failed for each in figures)
    if not any(failing.values()) and not given_up:
        return RowVerdict("ok", say(WEBHOOKS_FINE))
    evidence = say(
        WEBHOOKS_FAIL,
        waiting=sum(each.endpoints_failing for each in figures),
        refused=sum(each.endpoints_disabled for each in figures),
        expired=given_up,
    )
    return RowVerdict("warning", evidence, None, named(failing), say(TELL_MERCHANT), "orion webhooks list")
