"""Every timed job, in one table. Times are UTC."""

from arq.cron import CronJob, cron

from backend.core.queue import RELAY, SEND_MAILS
from backend.loyalty.wallets.jobs import SYNC_PASSES
from backend.loyalty.wallets.reconcile import RECONCILE
from backend.operations.ledger.points import EXPIRY, WARNING
from backend.operations.ledger.tasks import AUDIT_LEDGER
from backend.operations.wallets.alarms import CHECK_CERTIFICATES
from workers.jobs.ledger import audit_ledger, expire_points, time_out_holds, warn_expiring_points
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import relay_outbox
from workers.jobs.previews import preview_programs
from workers.jobs.tidy import PURGE, purge
from workers.jobs.wallets import check_wallet_certificates, reconcile_google_passes, sync_wallet_passes
from workers.runner import logged

SCHEDULE: list[CronJob] = [
    # What Redis lost is found within five seconds.
    cron(logged(relay_outbox), name=RELAY, second=set(range(0, 60, 5)), timeout=25, max_tries=1, keep_result=0),
    cron(
        logged(send_queued_mails),
        name=SEND_MAILS,
        second=set(range(2, 60, 10)),
        timeout=300,
        max_tries=1,
        keep_result=0,
    ),
    # Also taken from the queue, when an administrator asks. A hundred thousand passes take Google an hour and a half.
    cron(logged(sync_wallet_passes), name=SYNC_PASSES, minute=7, timeout=6 * 3600, max_tries=1, keep_result=0),
    cron(
        logged(reconcile_google_passes), name=RECONCILE, hour=3, minute=40, timeout=6 * 3600, max_tries=1, keep_result=0
    ),
    cron(logged(check_wallet_certificates), name=CHECK_CERTIFICATES, hour=6, minute=10, timeout=60, keep_result=0),
    cron(logged(time_out_holds), name="time_out_holds", second=0, timeout=50, max_tries=1, keep_result=0),
    # Those that Redis lost, and those whose process died.
    cron(logged(preview_programs), name="preview_programs", second=30, timeout=6 * 3600, max_tries=1, keep_result=0),
    cron(logged(expire_points), name=EXPIRY.name, hour=2, minute=0, timeout=6 * 3600, max_tries=1, keep_result=0),
    # When shops are open: phones ring.
    cron(
        logged(warn_expiring_points),
        name=WARNING.name,
        hour=9,
        minute=0,
        timeout=6 * 3600,
        max_tries=1,
        keep_result=0,
    ),
    cron(logged(audit_ledger), name=AUDIT_LEDGER, hour=4, minute=30, timeout=3600, max_tries=1, keep_result=0),
    cron(logged(purge), name=PURGE, hour=3, minute=20, timeout=300, max_tries=1, keep_result=0),
]
