"""What would have become of a card, as a sentence."""

from backend.loyalty.previews.schemas import CardExample
from i18n.formatting import get_formatter
from i18n.translator import N_, NN_, get_translator

POINTS = NN_(
    "It would hold %(draft)s point instead of %(live)s.", "It would hold %(draft)s points instead of %(live)s."
)
STAMPS = NN_(
    "It would hold %(draft)s stamp instead of %(live)s.", "It would hold %(draft)s stamps instead of %(live)s."
)
SAME = N_("The balance would be the same, with a different history.")
FULLER = N_("Same number of stamps, but a full card would need a different number.")
REFUSED = NN_(
    "%(count)s reward it was given would have been refused.", "%(count)s rewards it was given would have been refused."
)
DIED = N_("The process that worked on it has stopped. Ask for the preview again.")
FAILED = N_("Something went wrong on our side. Ask for the preview again; if it fails again, tell us.")
ERRORS = {"died": DIED, "failed": FAILED}


def sentence_of(example: CardExample, language: str) -> str:
    translator, formatter = get_translator(language), get_formatter(language)

    def counted(texts: tuple[str, str], number: int, **others: int) -> str:
        formatted = {name: formatter.number(value) for name, value in others.items()}
        return translator.ngettext(*texts, number, **formatted)

    if example.rewards_refused:
        return counted(REFUSED, example.rewards_refused, count=example.rewards_refused)
    if example.points_live != example.points_draft:
        return counted(POINTS, example.points_draft, draft=example.points_draft, live=example.points_live)
    if example.stamps_live != example.stamps_draft:
        return counted(STAMPS, example.stamps_draft, draft=example.stamps_draft, live=example.stamps_live)
    return translator.gettext(FULLER if example.stamps_live else SAME)


def error_of(code: str, language: str) -> str:
    return get_translator(language).gettext(ERRORS[code])
