"""Administrators, and rights that nobody understands."""

from typing import NamedTuple

from backend.access.permissions import BY_ROLE, MANAGE_TEMPLATES
from backend.core.sentence import say
from backend.operations.readiness.platform.figures import read_figures
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from i18n.translator import N_, NN_

ADMINS = """
SELECT u.email, u.platform_role AS role,
       u.totp_secret IS NOT NULL OR EXISTS (SELECT FROM passkeys p WHERE p.user_id = u.id) AS has_factor
FROM users u WHERE u.platform_role IS NOT NULL AND u.is_active ORDER BY u.email
"""

NO_SUPER_ADMIN = N_("Nobody is a super admin: settings and administrators cannot be changed.")
MAKE_ONE = N_("Make one.")
WITHOUT_FACTOR = NN_(
    "%(count)s administrator has no second factor, and can do nothing but set one up.",
    "%(count)s administrators have no second factor, and can do nothing but set one up.",
)
LET_THEM = N_("Let them sign in and set one up.")
ADMINISTRATORS = NN_("%(count)s administrator.", "%(count)s administrators.")
KNOWN = N_("Every permission that was given is known, and owners may change emails.")
UNKNOWN = N_("Permissions were given that this version of Orion does not know: %(names)s.")
GIVE_AGAIN = N_("Let the owner save the rights of these people again.")
NOT_OWNERS = N_("Owners may not change emails.")
ASK_DEVELOPERS = N_("The table of roles is part of the code: ask its developers.")


class PlatformAdmin(NamedTuple):
    email: str
    role: str
    has_factor: bool


async def look_at_admins(probe: Probe) -> RowVerdict:
    rows = [PlatformAdmin(*row) for row in await probe.pool.fetch(ADMINS)]
    return judge_admins(rows, is_production=probe.settings.is_production)


def judge_admins(admins: list[PlatformAdmin], *, is_production: bool) -> RowVerdict:
    supers = [each for each in admins if each.role == "super_admin"]
    if not supers:
        return RowVerdict("blocks", say(NO_SUPER_ADMIN), step=say(MAKE_ONE), command="orion users create-admin EMAIL")
    without = [each.email for each in admins if not each.has_factor]
    if is_production and without:
        return RowVerdict("warning", say(WITHOUT_FACTOR, count=len(without)), details=without, step=say(LET_THEM))
    return RowVerdict("ok", say(ADMINISTRATORS, count=len(admins)), details=[f"super_admin {len(supers)}"])


async def look_at_permissions(probe: Probe) -> RowVerdict:
    figures = await probe.once(read_figures)
    unknown = {each.code: each.unknown_permissions for each in figures if each.unknown_permissions}
    return judge_permissions(unknown, owners_may=MANAGE_TEMPLATES in BY_ROLE["merchant_owner"])


def judge_permissions(unknown: dict[str, list[str]], *, owners_may: bool) -> RowVerdict:
    """`unknown`: by merchant."""
    if unknown:
        names = ", ".join(sorted({name for each in unknown.values() for name in each}))
        return RowVerdict("warning", say(UNKNOWN, names=names), details=list(unknown), step=say(GIVE_AGAIN))
    if not owners_may:
        return RowVerdict("warning", say(NOT_OWNERS), step=say(ASK_DEVELOPERS))
    return RowVerdict("ok", say(KNOWN))
