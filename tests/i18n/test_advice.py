"""No sentence anywhere advises what could book twice: a person who got no answer would obey."""

import re

from i18n.catalogs.entries import sources
from i18n.catalogs.templates import template_entries

ADVICE = re.compile(
    r"\b(new|another|fresh) (idempotency-)?key\b|\b(redo|reload|repeat|resend|retry)\b"
    r"|\b(book|do|enter|go|make|press|record|redeem|return|scan|send|start|try|type|undo|void)\b"
    r".*\b(again|anew|as new|afresh|once more|twice)\b",
    re.IGNORECASE,
)
WITHOUT_VALUE = (
    "backend/identity/",
    "backend/wallets/",
    "backend/operations/wallets/",
    "frontend/account/",
    "frontend/admin/",
    "frontend/card/",
    "frontend/join/",
    "frontend/office/webhooks/",
    "frontend/permissions/",
)
"""Signing in, invitations, passes, the card's page, joining, webhooks: a repetition there moves nothing."""
SAFE = {
    # The same form, under the same key, or under a new one after the old one was refused for good.
    "Press again",
    "Press again. It will only be recorded once.",
    "No answer. Press again. It will only be recorded once.",
    "Nothing has been recorded so far. Press again. It will only be recorded once.",
    "Nothing was recorded. Press again.",
    "Nothing was recorded, neither at first nor now. Press again.",
    # Asked about beforehand.
    "Record it again",
    "Check whether it was done before you do it again. If it happens again, send us the request ID.",
    "It is not known whether it was done. Check before you do it again.",
    # Under the same key.
    (
        "It is not known whether it was recorded. Send the same request again with the same key: it is only recorded "
        "once. GET %(ask_at)s says what became of it."
    ),
    # The return stands, and with it nothing is left of what is recorded as new.
    (
        "With what was returned, the limit of %(maximum)s would be exceeded. Record the sale or the reward as new: "
        "then the owner can lift the limit with a PIN."
    ),
    # Refused before anything was looked at: the sender still has its key, and the till keeps that of its form.
    "Please wait a moment and try again.",
    "For the moment you can look at everything, but change nothing. Repeat it afterwards, unchanged.",
    "Please try again in a moment.",
    "Too many wrong attempts. Try again at %(retry_at)s, or ask somebody who may unlock PINs.",
    # Read, not written.
    "Please start again at the first page.",
    "The server does not answer. Try again in a moment.",
    "Try again",
    "This device is offline. Everything you recorded is safe. Check the network, then try again.",
    "The camera is blocked. Allow it for this page in the browser’s address bar, then try again.",
    # What somebody may do, not what to do.
    "See every email that was sent, and resend it.",
    "Reload the page to see how far the run is.",
    # Tasks: each may run twice.
    "It has no dry run, or always runs for all merchants, or does not repeat single failures.",
    # The form of a page is shown anew, and with it what was recorded.
    "Please reload this page",
    "This page was open too long, so nothing was done just now. Reload it and check what it shows.",
}


def advising() -> dict[str, set[str]]:
    """Sentence → the files that say it."""
    found: dict[str, set[str]] = {}
    for entry in template_entries():
        for sentence in sources(entry):
            if ADVICE.search(sentence):
                found.setdefault(sentence, set()).update(file for file, _ in entry.occurrences)
    return found


def test_no_sentence_advises_what_could_book_twice() -> None:
    doubtful = {
        sentence for sentence, files in advising().items() if not all(file.startswith(WITHOUT_VALUE) for file in files)
    }
    assert doubtful == SAFE


def test_advice_is_recognized_in_titles_and_on_pages_too() -> None:
    for sentence in (
        "Send it with a new Idempotency-Key.",
        "This page was open too long. Reload it and repeat the last step; nothing was saved.",
        "Redeem the reward once more.",
        "Go back and try again.",
    ):
        assert ADVICE.search(sentence)
