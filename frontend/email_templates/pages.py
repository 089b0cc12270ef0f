"""The handlers of both audiences."""

from litestar import Router

from frontend.email_templates.area import ADMIN, OFFICE, Area
from frontend.email_templates.history import HistoryPages
from frontend.email_templates.trials import TrialPages
from frontend.email_templates.views import TemplatePages


def template_pages(area: Area) -> Router:
    kinds = [type(kind.__name__, (kind,), {"area": area}) for kind in (TemplatePages, TrialPages, HistoryPages)]
    return Router(area.path, route_handlers=kinds)


ADMIN_TEMPLATES, OFFICE_TEMPLATES = template_pages(ADMIN), template_pages(OFFICE)
