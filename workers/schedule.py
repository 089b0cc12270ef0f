"""Every timed job. Times are UTC.

They keep the names that arq gives them, `cron:` and the function's. Under the name of a queued job, arq would treat the
queued job as timed and refuse it for a minute.
"""

from arq.cron import CronJob, cron

from workers.jobs.accounts import answer_reset_requests
from workers.jobs.audit import verify_audit
from workers.jobs.ledger import audit_ledger, expire_points, time_out_holds, warn_expiring_points
from workers.jobs.mail import TIMEOUT_SECONDS, send_queued_mails
from workers.jobs.marketing import greet_birthdays, reengage_customers
from workers.jobs.outbox import relay_bulk_outbox, relay_outbox
from workers.jobs.previews import preview_programs
from workers.jobs.purge import purge
from workers.jobs.reviews import tell_of_reviews
from workers.jobs.rewards import announce_reward_periods
from workers.jobs.wallets import check_wallet_certificates, find_lost_syncs, reconcile_google_passes, sync_wallet_passes
from workers.jobs.webhooks import find_due_webhooks
from workers.runner import coalesced, logged

HOURS = 3600

QUICK: list[CronJob] = [
    # Finds messages whose wake-up was lost within 5 s.
    cron(logged(relay_outbox), second=set(range(0, 60, 5)), timeout=25),
    cron(logged(send_queued_mails), second=set(range(2, 60, 10)), timeout=TIMEOUT_SECONDS),
    cron(logged(answer_reset_requests), second=set(range(4, 60, 10)), timeout=25),
    # Finds deliveries that are due again, and those whose wake-up was lost.
    cron(logged(find_due_webhooks), second=set(range(1, 60, 5)), timeout=25),
    cron(logged(time_out_holds), second=0, timeout=50),
    # At every quarter of an hour it is midnight somewhere.
    cron(logged(announce_reward_periods), minute={0, 15, 30, 45}, second=30, timeout=60),
]
# Retried when the worker dies or is stopped, not when the job fails.
LONG: list[CronJob] = [
    # Nobody waits for what happens to thousands of cards at one moment.
    cron(logged(coalesced(relay_bulk_outbox)), second=set(range(3, 60, 10)), timeout=6 * HOURS),
    cron(logged(sync_wallet_passes), minute=7, timeout=6 * HOURS, max_tries=3),
    cron(logged(reconcile_google_passes), hour=3, minute=40, timeout=6 * HOURS, max_tries=3),
    cron(logged(check_wallet_certificates), hour=6, minute=10, timeout=60, max_tries=3),
    # Finds runs whose wake-up was lost or whose process died.
    cron(logged(find_lost_syncs), second=20, timeout=60),
    cron(logged(preview_programs), second=30, timeout=6 * HOURS),
    cron(logged(expire_points), hour=2, minute=0, timeout=6 * HOURS, max_tries=3),
    # In opening hours, because phones show a notification.
    cron(logged(warn_expiring_points), hour=9, minute=0, timeout=6 * HOURS, max_tries=3),
    # The day is that of the merchant when the email can be sent, so that one run a day serves all time zones.
    cron(logged(greet_birthdays), hour=6, minute=30, timeout=6 * HOURS, max_tries=3),
    cron(logged(reengage_customers), hour=9, minute=30, timeout=6 * HOURS, max_tries=3),
    # Before shops open, where most of them are.
    cron(logged(tell_of_reviews), hour=6, minute=20, timeout=1 * HOURS, max_tries=3),
    cron(logged(audit_ledger), hour=4, minute=30, timeout=1 * HOURS, max_tries=3),
    cron(logged(verify_audit), hour=4, minute=50, timeout=1 * HOURS, max_tries=3),
    cron(logged(purge), hour=3, minute=20, timeout=300, max_tries=3),
]
SCHEDULE = [*QUICK, *LONG]
