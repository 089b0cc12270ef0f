from backend.core.problems import Problem
from backend.core.schemas import FieldError
from i18n.translator import N_


class EmailTemplateNotFound(Problem):
    code, status = "email_template_not_found", 404
    title = N_("There is no such email template")


class TemplateVersionNotFound(Problem):
    code, status = "template_version_not_found", 404
    title = N_("There is no such version")


class TemplateRefused(Problem):
    code, status = "template_invalid", 422
    title = N_("This text cannot be sent as it is")
    errors: list[FieldError]
    """Each with its line and column."""
