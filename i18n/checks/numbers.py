"""Checks that sentences with a number have a plural."""

from collections.abc import Iterator

from polib import POEntry

from i18n.catalogs.entries import sources
from i18n.checks.finding import Fault
from i18n.placeholders import value_names

NUMBERS = frozenset(
    {
        "active",
        "balance",
        "bits",
        "count",
        "days",
        "done",
        "draft",
        "euros",
        "failed",
        "here",
        "left",
        "limit",
        "listed",
    }
    | {
        "live",
        "missing",
        "number",
        "per_hour",
        "pieces",
        "points",
        "processed",
        "quantity",
        "restorable",
        "returned",
        "right",
    }
    | {"seconds", "stamps", "synced", "target", "there", "total", "tries_left"}
)
# Names, dates, money, and amounts that are already whole phrases ("3 points").
TEXTS = frozenset(
    {
        "address",
        "amount",
        "amounts",
        "ask_at",
        "browser",
        "by_hand",
        "card",
        "changes",
        "choices",
        "code",
        "column",
        "compose",
        "consequence",
        "contact",
        "currency",
        "customers",
        "date",
        "day",
        "device_name",
        "entry",
        "level",
        "offset",
    }
    | {
        "email",
        "end",
        "env_name",
        "file",
        "first",
        "folder",
        "fraction",
        "greeting",
        "headline",
        "id",
        "issuer",
        "label",
        "language",
        "least",
        "line",
        "maximum",
    }
    | {
        "merchant",
        "merged_into",
        "minimum",
        "mode",
        "moment",
        "most",
        "money",
        "name",
        "p95",
        "page_url",
        "parts",
        "pass_type",
        "permission",
        "place",
        "platform",
        "program",
        "provider",
        "rate",
        "setting",
        "start",
        "who",
    }
    | {
        "reason",
        "receipt",
        "retry_at",
        "retry_on",
        "reward",
        "runbook",
        "section",
        "sender",
        "since",
        "store",
        "stores",
        "team",
        "text",
    }
    | {"systemd", "time", "until", "value", "version", "wallet", "what"}
    | {"all_stamps", "bonus", "expired", "expiring", "inviter", "next", "oldest", "points_on_card", "points_to_go"}
    | {"ready", "waiting"}
    | {"valid_for", "visit_by"}
    # Of the connection test; ports and milliseconds agree with nothing.
    | {"encryption", "error", "hidden", "host", "methods", "ms", "names", "port", "ports", "protocol", "recipient"}
    | {"reply_to", "sender_address", "sender_name", "sentence", "source", "step", "subject", "user"}
    # Of readiness: labels before figures, sizes and durations.
    | {"age", "all", "expected", "refused", "sent", "size", "used"}
    | {"invited", "permissions", "platform", "role", "supported", "when"}
)
LABELS = "a label and a number, nothing to agree with"
# Sentences that are correct with any number, with the reason.
UNCOUNTED = {
    "%(done)s of %(total)s": LABELS,
    "%(there)s of %(here)s": LABELS,
    "Stamps %(count)s of %(target)s": LABELS,
    "%(name)s: %(amount)s. %(count)s of %(target)s.": LABELS,
    "Already voided: %(returned)s of %(total)s.": LABELS,
    "Redeem %(reward)s −%(points)s": LABELS,
    "%(returned)s already voided; %(left)s left.": "sums of money",
    "No points change; the card then has %(balance)s.": "the balance is a phrase with its own plural",
    "%(changes)s; the card then has %(balance)s.": "the balance is a phrase with its own plural",
    "%(seconds)s s": "the sign of a unit has no plural",
    "Port %(port)s did not answer within %(seconds)s s.": "the sign of a unit has no plural",
    "signer.key has %(bits)s bits; Apple takes 2048.": "a key has hundreds of them",
}


def number_faults(entry: POEntry) -> Iterator[Fault]:
    english = sources(entry)
    names = value_names(" ".join(english))
    for name in sorted(names - NUMBERS - TEXTS):
        yield "unknown_value", f"say in {__name__} whether {name} is a number"
    numbers = sorted(names & NUMBERS)
    if len(english) == 1 and numbers and english[0] not in UNCOUNTED:
        yield "no_plural", f"{', '.join(numbers)} needs a plural: ngettext, NN_ or {{% pluralize %}}"
