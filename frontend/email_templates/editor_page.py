"""Renders the editor of one text, for the views that show it."""

from collections.abc import Sequence
from typing import Any

from litestar import Response

from backend.messaging.template_editing.schemas.trials import TemplatePreview
from frontend.api.client import Caller
from frontend.api.email_templates import Detail, preview_template
from frontend.api.responses import BackendProblem
from frontend.email_templates.area import Area
from frontend.email_templates.comparison import compare
from frontend.email_templates.form import SOURCES, Fault, faults_of, sample_text_of, text_of
from frontend.email_templates.messages import TemplateMessages
from frontend.kit.forms import Form
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request

REFUSED = "template_invalid"


async def try_text(
    caller: Caller, area: Area, detail: Detail, form: Form
) -> tuple[TemplatePreview | None, Sequence[Fault]]:
    """How the entered text looks, or the reasons why it cannot be sent. Raises other problems."""
    try:
        text = sample_text_of(form)
        return await preview_template(caller, area.audience, detail.code, detail.language, text), []
    except BackendProblem as problem:
        if not faults_of(problem):
            raise
        return None, faults_of(problem)


def editor_page(
    request: Request,
    area: Area,
    detail: Detail,
    form: Form,
    *,
    tried: tuple[TemplatePreview | None, Sequence[Fault]],
    status: int = 200,
    trouble: str = "",
    stale: str = "",
    sent_to: str = "",
    saved: bool = False,
) -> Response[str]:
    """`trouble`: why nothing was saved. `stale`: the name of the person who saved in between. `sent_to`: of a test."""
    preview, faults = tried
    entered = text_of(form)
    changes = {name: compare(getattr(detail, name), getattr(entered, name)) for name in SOURCES}
    values: dict[str, Any] = {
        "form": form,
        "preview": preview,
        "faults": faults,
        "trouble": trouble,
        "stale": stale,
        "differences": {name: lines for name, lines in changes.items() if lines},
        "sent_to": sent_to,
        "is_saved": saved,
    }
    return page(request, "email_templates/editor.html", status=status, **_of(request, area, detail), **values)


def checked_fragment(
    request: Request, area: Area, detail: Detail, tried: tuple[TemplatePreview | None, Sequence[Fault]]
) -> Response[str]:
    """What changes while somebody writes."""
    preview, faults = tried
    return page(request, "email_templates/checked.html", preview=preview, faults=faults, **_of(request, area, detail))


def _of(request: Request, area: Area, detail: Detail) -> dict[str, Any]:
    messages = TemplateMessages(language_of(request))
    return {"area": area, "text": detail, "messages": messages, "path": area.page_of(detail.code, detail.language)}
