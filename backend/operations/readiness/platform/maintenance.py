"""Whether maintenance keeps everybody from changing anything: then nothing else that waits is at fault."""

from datetime import datetime

from backend.core.maintenance import end_of
from backend.core.platform_settings import MaintenanceSettings
from backend.core.sentence import say
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import N_

WORKS = N_("Everything works.")
ANNOUNCED = N_("It is announced, and everything works.")
IS_ON = N_("It is on: tills record nothing, and emails, passes and webhooks wait.")
UNTIL = N_("It is on until %(moment)s: tills record nothing, and emails, passes and webhooks wait.")
OVERDUE = N_("It should have ended at %(moment)s: tills record nothing, and emails, passes and webhooks wait.")
END_IT = N_("End it as soon as the work is done.")


async def look_at_maintenance(probe: Probe) -> RowVerdict:
    return judge_maintenance(probe.live.current.maintenance, probe.now)


def judge_maintenance(maintenance: MaintenanceSettings, now: datetime) -> RowVerdict:
    if maintenance.maintenance_mode != "read_only":
        return RowVerdict("ok", say(ANNOUNCED if maintenance.maintenance_mode == "announced" else WORKS))
    end = end_of(maintenance)
    evidence = say(UNTIL if end > now else OVERDUE, moment=f"{end:%Y-%m-%d %H:%M} UTC") if end else say(IS_ON)
    is_overdue = end is not None and end <= now
    return RowVerdict(
        "blocks" if is_overdue else "warning", evidence, step=say(END_IT), command="orion maintenance off"
    )
