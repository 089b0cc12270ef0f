"""Whether the database could be brought back, and the keys without which it would be of little use."""

from datetime import datetime, timedelta

from backend.core.sentence import say
from backend.operations.key_escrow import Escrow, find_escrow
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from backend.operations.task_runs.backups import LastBackups, find_last_backups
from i18n.translator import N_

LATE, TOO_LATE = timedelta(hours=26), timedelta(hours=50)
"""A backup is taken each night: one was missed, or two."""
REHEARSED_EVERY = timedelta(days=15)
"""As in the alert RestoreNotRehearsed; it happens each week."""

IN_PRODUCTION_ONLY = N_("Needed in production only.")
BACKED_UP = N_("The database was backed up, and a backup restored to try it.")
NEVER = N_("The database has never been backed up.")
OLD = N_("The last backup is older than a day.")
NOT_REHEARSED = N_("No backup has been restored to try it for two weeks.")
BEGIN = N_("Start the backups, and take one now.")
SEE_LOG = N_("See the log of the backups, and take one now.")
REHEARSE = N_("Restore one beside the database. It happens each week where the backups run.")
KEPT = N_("A copy of the encryption keys is kept at: %(place)s. Confirmed by %(name)s.")
CHANGED = N_("The encryption keys were changed after their copy was confirmed.")
NOT_KEPT = N_("Nobody has confirmed that a copy of the encryption keys is kept elsewhere.")
KEEP = N_(
    "Put a copy of ORION_SECRET_KEYS where neither this machine nor its backups are, then confirm it. Without the keys "
    "every PIN, link and stored password is lost."
)


async def look_at_backups(probe: Probe) -> RowVerdict:
    async with probe.sessions.committing() as session:
        return judge_backups(await find_last_backups(session), probe.now, is_production=probe.settings.is_production)


async def look_at_escrow(probe: Probe) -> RowVerdict:
    async with probe.sessions.committing() as session:
        return judge_escrow(await find_escrow(session, probe.keys), is_production=probe.settings.is_production)


def judge_backups(last: LastBackups, now: datetime, *, is_production: bool) -> RowVerdict:
    at, take = last.backed_up_at, "orion-backup take"
    if at is None:
        if not is_production:
            return RowVerdict("ok", say(IN_PRODUCTION_ONLY))
        return RowVerdict("blocks", say(NEVER), step=say(BEGIN), command=take)
    if now - at > LATE:
        return RowVerdict("blocks" if now - at > TOO_LATE else "warning", say(OLD), at, step=say(SEE_LOG), command=take)
    if last.rehearsed_at is None or now - last.rehearsed_at > REHEARSED_EVERY:
        return RowVerdict("warning", say(NOT_REHEARSED), at, step=say(REHEARSE), command="orion-backup rehearse")
    return RowVerdict("ok", say(BACKED_UP), at)


def judge_escrow(escrow: Escrow | None, *, is_production: bool) -> RowVerdict:
    if escrow is not None and escrow.is_of_these_keys:
        return RowVerdict("ok", say(KEPT, place=escrow.place, name=escrow.confirmed_by), escrow.confirmed_at)
    if not is_production:
        return RowVerdict("ok", say(IN_PRODUCTION_ONLY))
    evidence = say(CHANGED if escrow else NOT_KEPT)
    return RowVerdict("warning", evidence, step=say(KEEP), command="orion settings confirm-escrow PLACE")
