"""Somebody else has saved what is being edited."""

from frontend.api.responses import BackendProblem
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import N_, get_translator


def saved_by(request: Request, problem: BackendProblem) -> str:
    """The name of the person who saved in between, or “Somebody else”."""
    return name_of(request, problem.facts.get("changed_by"))


def name_of(request: Request, changed_by: object) -> str:
    return str(changed_by or get_translator(language_of(request)).gettext(N_("Somebody else")))
