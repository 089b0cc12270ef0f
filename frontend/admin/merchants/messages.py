"""What the pages of merchants say."""

from collections.abc import Mapping

from backend.administration.schemas.merchants import MerchantListed
from backend.administration.schemas.programs import ProgramSummary
from frontend.permissions.messages import PermissionMessages
from i18n.translator import N_, NN_, PN_, get_translator

PROGRAMS = {"stamps": PN_("unit", "Stamps"), "points": PN_("unit", "Points"), "hybrid": N_("Points and stamps")}
DONE = {
    "opened": N_("The merchant is open. The owner’s invitation is on its way."),
    "saved": PN_("message", "Saved."),
    "store": N_("The store is open."),
    "program": N_("The program is in force."),
    "invited": N_("The invitation is on its way."),
    "resent": N_("The invitation was sent with a new link. The former link no longer works."),
    "ended": N_("You act for yourself again."),
    "withdrawn": N_("The invitation was withdrawn."),
}
STORES = NN_("%(count)s store", "%(count)s stores")
PEOPLE = NN_("%(count)s person", "%(count)s people")


class MerchantMessages(PermissionMessages):
    def __init__(self, language: str) -> None:
        super().__init__(language)
        self._count = get_translator(language).ngettext

    def done(self, what: str) -> str:
        return self._say(DONE[what]) if what in DONE else ""

    def programs(self) -> dict[str, str]:
        return self._all(PROGRAMS)

    def program(self, program: ProgramSummary | None) -> str:
        return self._say(PROGRAMS[program.type]) if program else self._say(N_("No program"))

    def about(self, merchant: MerchantListed) -> str:
        stores = self._count(*STORES, merchant.stores, count=merchant.stores)
        people = self._count(*PEOPLE, merchant.members, count=merchant.members)
        return f"{stores} · {people} · {self.program(merchant.program)}"

    def _all(self, texts: Mapping[str, str]) -> dict[str, str]:
        return {code: self._say(text) for code, text in texts.items()}
