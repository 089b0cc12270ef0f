"""Till sentences that replace the API's where those address developers."""

from frontend.api.responses import BackendProblem
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import get_translator

KEY_REUSED = "idempotency_key_reused"


def sentence_of(request: Request, problem: BackendProblem) -> str:
    """What happened and what to do now."""
    _ = get_translator(language_of(request)).gettext
    if problem.code != KEY_REUSED:
        return problem.sentence
    if problem.facts.get("state") == "booked":
        return _("What was sent first was recorded, and what was changed since was not. Check the history.")
    return _("Nothing was recorded, neither at first nor now. Press again.")
