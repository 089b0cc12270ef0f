"""Checks that a single word says what it is, and that contexts are few."""

from collections.abc import Iterator

from polib import POEntry

from i18n.checks.finding import Fault

PLACES = {
    "audited field": "label of what was changed, in an entry of the audit; its value follows",
    "audited value": "value of an audited field that is a word of the code",
    "badge": "small mark beside a name",
    "button": "on a button, or on a link that looks like one",
    "check": "title of one thing that readiness, or the check of the wallets, looks at",
    "choice": "one of several that can be chosen",
    "column": "heads a column of a table",
    "column of the audit": "heads a column of the exported audit; label of the same in an entry",
    "figure": "label of a number; for an adjective, of how many are so",
    "greeting": "begins an email",
    "group of audited actions": "heads the actions of one kind, in the list of actions to choose from",
    "group of checks": "heads the checks of one kind",
    "group of settings": "heads the settings of one kind, on their tab and on their page",
    "heading": "heads a part of a page",
    "kind of transaction": "title of a line in the history of a card",
    "label": "of a field to fill in, or before a value",
    "label on a wallet pass": "before a value on a card in Google Wallet or Apple Wallet",
    "link": "in a text or at the foot of a page or email",
    "message": "what a person has just done has worked",
    "name of a feature": "heads its switches",
    "name of a page": "in the navigation, as its heading, and on links to it",
    "name of an email": "in lists of emails and of their texts",
    "role": "what a person is",
    "setting": "label of a setting of the platform",
    "source of a setting": "where the value in force comes from",
    "unit": "what a card collects, before or above the number",
    "value": "stands where a value would stand",
}
"""Contexts of places, with what translators should know of each."""
STATEFUL = (
    *("a PIN", "a card", "a check", "a connection", "a delivery", "a feature", "a merchant", "a pass", "a program"),
    *("a reward", "a run", "a store", "a tablet", "a text", "a transaction"),
    *("an API key", "an email", "an endpoint", "an invitation", "the audit"),
)
"""What has states. Each has a context of its own, because a card and an email are *refused* in different words."""
CONTEXTS = {*PLACES, *(f"state of {what}" for what in STATEFUL)}


def context_faults(entry: POEntry) -> Iterator[Fault]:
    if entry.msgctxt and entry.msgctxt not in CONTEXTS:
        yield "unknown_context", f"“{entry.msgctxt}”: take one of those in i18n/checks/contexts.py, or add it there"
    if _is_word(entry) and not (entry.msgctxt and entry.comment):
        yield (
            "unexplained",
            'a single word needs pgettext("…", …), or PN_, and a comment above: NOTE: what it is (docs/glossary.md)',
        )


def _is_word(entry: POEntry) -> bool:
    return not entry.msgid_plural and len(entry.msgid.split()) == 1
