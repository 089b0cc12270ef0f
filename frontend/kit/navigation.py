"""The pages of the office and of the platform, as their navigation and start pages list them."""

import msgspec

from frontend.kit.person import ADMIN, OFFICE, Person
from i18n.translator import N_, PN_, get_translator


class Entry(msgspec.Struct, frozen=True):
    path: str
    """Its first part is the audience: `/office` owners, `/admin` administrators."""
    label: str
    icon: str
    about: str = ""
    """One sentence for the start page."""
    permission: str | None = None
    """What the page's calls of the API need; None: the permissions of the audience."""
    is_owners: bool = False
    """Not for store members, even with the permission: it concerns all stores."""

    def is_above(self, path: str) -> bool:
        """An overview is above no page: each has an entry of its own, or is below one that has."""
        return path == self.path if self.path in {OFFICE, ADMIN} else _is_within(path, self.path)


ENTRIES = (
    # NOTE: the first page of the office and of the platform
    Entry("/office", PN_("name of a page", "Overview"), "dashboard", is_owners=True),
    # NOTE: plural: what customers redeem points or stamps for
    Entry("/office/rewards", PN_("name of a page", "Rewards"), "gift", permission="loyalty.manage_rewards"),
    Entry("/office/email-templates", N_("Email templates"), "mail", permission="messaging.manage_templates"),
    Entry("/office/marketing", N_("Marketing emails"), "users", permission="loyalty.manage_programs"),
    # NOTE: plural: the stores of the merchant
    Entry("/office/stores", PN_("name of a page", "Stores"), "store", permission="loyalty.manage_programs"),
    # NOTE: what the platform allows a merchant
    Entry("/office/policy", PN_("name of a page", "Policy"), "lock", permission="loyalty.manage_programs"),
    # NOTE: what tablets did offline and a person has to decide
    Entry("/office/review", PN_("name of a page", "Review"), "list", permission="loyalty.manage_devices"),
    # NOTE: the people who work for the merchant
    Entry("/office/staff", PN_("name of a page", "Staff"), "user-plus", permission="staff.manage", is_owners=True),
    # NOTE: plural: the tablets at the tills
    Entry("/office/devices", PN_("name of a page", "Tablets"), "smartphone", permission="loyalty.manage_devices"),
    Entry("/office/api", N_("API keys"), "terminal", permission="api.manage", is_owners=True),
    # NOTE: plural: where the merchant’s own servers are told what happens
    Entry("/office/api/webhooks", PN_("name of a page", "Webhooks"), "send", permission="api.manage", is_owners=True),
    # NOTE: noun: who changed what, and when
    Entry("/office/audit", PN_("name of a page", "Audit"), "list", permission="audit.view", is_owners=True),
    Entry("/admin", PN_("name of a page", "Overview"), "dashboard"),
    Entry(
        "/admin/readiness",
        # NOTE: whether everything is as it has to be
        PN_("name of a page", "Readiness"),
        "check-circle",
        N_("Is everything as it has to be, and if not: what to do next?"),
        "operations.run_tasks",
    ),
    Entry(
        "/admin/jobs",
        N_("Background work"),
        "clock",
        N_("What runs by itself, how it went, and what waits."),
        "operations.run_tasks",
    ),
    Entry(
        "/admin/merchants",
        # NOTE: plural: all merchants of the platform
        PN_("name of a page", "Merchants"),
        "store",
        N_("Open merchants and stores, let them go live, set their policy, invite their owners."),
        "merchants.manage",
    ),
    Entry(
        "/admin/wallets",
        # NOTE: plural: Google Wallet and Apple Wallet
        PN_("name of a page", "Wallets"),
        "wallet",
        N_("Do the cards in Google Wallet and Apple Wallet show the same as the till?"),
        "operations.run_tasks",
    ),
    Entry(
        "/admin/passes",
        N_("Wallet passes of a card"),
        "search",
        N_("What was sent to each wallet for a card, what it answered, and what would be sent now."),
        "loyalty.debug_wallets",
    ),
    Entry(
        "/admin/emails",
        # NOTE: plural: which emails were sent
        PN_("name of a page", "Emails"),
        "mail",
        N_("Which emails were sent, how, and why one did not arrive."),
        "messaging.manage_emails",
    ),
    Entry(
        "/admin/email-templates",
        N_("Email templates"),
        "mail",
        N_("What emails say, in every language: up to date, edited, or older than the English text?"),
        "messaging.manage_templates",
    ),
    Entry(
        "/admin/users",
        # NOTE: plural: the people who operate the platform
        PN_("name of a page", "Administrators"),
        "user-plus",
        N_("Who operates the platform, and what each of them may do."),
        "users.view",
    ),
    Entry(
        "/admin/settings",
        # NOTE: plural: the settings of the platform
        PN_("name of a page", "Settings"),
        "settings",
        N_("What is in force, where each value comes from, and whether emails can be sent."),
        "settings.manage",
    ),
    Entry(
        "/admin/audit",
        PN_("name of a page", "Audit"),
        "list",
        N_("Who has changed what, in the platform or at a merchant, and whether the entries are intact."),
        "audit.view",
    ),
)


class Place(msgspec.Struct, frozen=True):
    """An entry for one person, in their language."""

    path: str
    label: str
    icon: str
    about: str
    is_current: bool


def places_of(person: Person | None, path: str, language: str) -> list[Place]:
    """The pages the person may open. The current one is the page at `path`, or the one above it."""
    entries = [entry for entry in ENTRIES if person and _may_open(person, entry)]
    above = [entry.path for entry in entries if entry.is_above(path)]
    current, say = max(above, key=len, default=None), get_translator(language).gettext
    return [
        Place(entry.path, say(entry.label), entry.icon, entry.about and say(entry.about), entry.path == current)
        for entry in entries
    ]


def _may_open(person: Person, entry: Entry) -> bool:
    audience = ADMIN if person.is_admin else OFFICE
    is_refused = entry.is_owners and person.home != OFFICE
    is_given = entry.permission is None or entry.permission in person.permissions
    return _is_within(entry.path, audience) and is_given and not is_refused


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
