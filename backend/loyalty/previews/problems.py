from uuid import UUID

from backend.core.problems import Problem
from i18n.translator import N_


class PreviewNotFound(Problem):
    code, status = "preview_not_found", 404
    title = N_("There is no such preview")


class PreviewInProgress(Problem):
    code, status = "preview_in_progress", 409
    title = N_("A preview is being made already")
    detail = N_("Wait until it is done, then try other rules.")
    preview_id: UUID
    """The preview that is being made."""
