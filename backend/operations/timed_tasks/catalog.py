"""Every task that runs by the clock and leaves a run: what it does, when, and what a person may start."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backend.operations.audit.tasks import VERIFY_AUDIT
from backend.operations.ledger.local_hours import LocalHour
from backend.operations.ledger.points import EXPIRY, WARNING
from backend.operations.ledger.tasks import AUDIT_LEDGER
from backend.operations.marketing.tasks import GREETINGS, REENGAGEMENT
from backend.operations.retention.tasks import COUNT_CUSTOMERS
from backend.operations.reviews.tasks import TASK as TELL_OF_REVIEWS
from backend.operations.wallets.alarms import CHECK_CERTIFICATES
from backend.wallets.jobs import SYNC_PASSES
from backend.wallets.reconcile import RECONCILE
from i18n.translator import N_

PURGE = "purge"
GRACE = timedelta(minutes=15)
"""A run that is this late is not missed yet."""
LONGEST_DAY = timedelta(hours=25)
"""When summer time ends."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TimedTask(NamedTuple):
    """`hour` and `minute` are in UTC. No hour: every hour. `local`: daily, at that hour of each merchant's day."""

    name: str
    title: str
    about: str
    """One sentence."""
    hour: int | None = None
    minute: int = 0
    local: LocalHour | None = None
    command: str = ""
    """Does the same at once."""
    retry_command: str = ""
    """Does what has failed once more."""
    is_vital: bool = False
    """Customers lose something when it fails."""
    finds_harm: bool = False
    """Its failures are harm that was done already."""
    of_one_merchant: bool = False
    """A person may start it for one merchant."""
    has_dry_run: bool = False
    retries_failed: bool = False
    """Exactly those ids that have failed in a run."""

    def last_due(self, now: datetime) -> datetime:
        """The newest moment at which it must have begun by now."""
        if self.local is not None:
            return now - GRACE - LONGEST_DAY
        at = self._at(now - GRACE)
        return at if at <= now - GRACE else at - self._period

    def next_due(self, now: datetime, zones: Iterable[ZoneInfo]) -> datetime | None:
        """`zones`: of all merchants. None: there are none whose day it could be."""
        if self.local is None:
            at = self._at(now)
            return at if at > now else at + self._period
        return min((self._next_local(self.local, zone, now) for zone in zones), default=None)

    @staticmethod
    def _next_local(hour: LocalHour, zone: ZoneInfo, now: datetime) -> datetime:
        """Within a day; within an hour more when summer time ends."""
        within_a_day = hour.last(zone, now + DAY)
        return within_a_day if within_a_day > now else hour.last(zone, now + DAY + HOUR)

    def _at(self, now: datetime) -> datetime:
        hour = now.hour if self.hour is None else self.hour
        return now.replace(hour=hour, minute=self.minute, second=0, microsecond=0)

    @property
    def _period(self) -> timedelta:
        return HOUR if self.hour is None else DAY


TASKS = (
    TimedTask(
        EXPIRY.name,
        N_("Expiry of points"),
        N_("Removes points that have expired."),
        local=EXPIRY.hour,
        command="orion points expire",
        retry_command="orion points expire --failed",
        is_vital=True,
        of_one_merchant=True,
        has_dry_run=True,
        retries_failed=True,
    ),
    TimedTask(
        WARNING.name,
        N_("Warnings of expiring points"),
        N_("Tells customers by email, or on their phone, that points expire soon."),
        local=WARNING.hour,
        command="orion points warn",
        retry_command="orion points warn --failed",
        is_vital=True,
        of_one_merchant=True,
        has_dry_run=True,
        retries_failed=True,
    ),
    TimedTask(
        AUDIT_LEDGER,
        N_("Audit of the ledger"),
        N_("Checks every card against its transactions. Those that do not match are frozen until somebody has looked."),
        hour=4,
        minute=30,
        command="orion ledger audit",
        is_vital=True,
        finds_harm=True,
    ),
    TimedTask(
        VERIFY_AUDIT,
        N_("Verification of the audit"),
        N_("Checks that no entry of the audit was changed afterwards."),
        hour=4,
        minute=50,
        command="orion audit verify",
        is_vital=True,
        finds_harm=True,
    ),
    TimedTask(
        SYNC_PASSES,
        N_("Update of passes"),
        N_("Sends passes that are out of date to Google Wallet and Apple Wallet."),
        minute=7,
        command="orion wallets sync",
        retry_command="orion wallets sync --failed",
        of_one_merchant=True,
        retries_failed=True,
    ),
    TimedTask(
        RECONCILE,
        N_("Comparison with Google"),
        N_("Asks Google what its passes show. The next update sends those that are wrong."),
        hour=3,
        minute=40,
    ),
    TimedTask(
        CHECK_CERTIFICATES,
        N_("Check of certificates and keys"),
        N_("Writes to super admins when a certificate or a key has to be replaced."),
        hour=6,
        minute=10,
    ),
    TimedTask(
        GREETINGS.name,
        N_("Birthday emails"),
        N_("Greets customers who have agreed to it; once a year, however often it runs."),
        hour=6,
        minute=30,
        of_one_merchant=True,
    ),
    TimedTask(
        REENGAGEMENT.name,
        N_("Emails after a long absence"),
        N_("Writes to customers who have agreed to it and were away for long; once for each absence."),
        hour=9,
        minute=30,
        of_one_merchant=True,
    ),
    TimedTask(
        TELL_OF_REVIEWS,
        N_("Emails about reviews"),
        N_("Tells owners what their tablets did offline and nobody has decided yet; once a day."),
        hour=6,
        minute=20,
    ),
    TimedTask(
        COUNT_CUSTOMERS,
        N_("Count of customers"),
        N_("Counts, for each merchant, the customers who may be leaving and the new ones."),
        hour=5,
        minute=10,
    ),
    TimedTask(
        PURGE,
        N_("Deletion of old data"),
        N_("Deletes what is older than the settings of privacy permit."),
        hour=3,
        minute=20,
    ),
)
BY_NAME = {task.name: task for task in TASKS}
