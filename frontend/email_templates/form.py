"""The form of a template: its sources, and how the preview is looked at."""

from dataclasses import dataclass
from typing import Any, cast, get_args

from backend.messaging.template_editing.schemas.texts import TemplateText
from backend.messaging.template_editing.schemas.trials import SampleName, TemplateSampleText
from frontend.api.email_templates import Detail
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form

SOURCES = ("subject", "preheader", "body")
SAMPLES: tuple[SampleName, ...] = get_args(SampleName)
DEFAULTS = {"sample": "new", "width": "desktop", "scheme": "light", "part": "html"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in a source, as the backend names it."""

    field: str
    line: int
    column: int
    sentence: str
    sample: str


def form_of(detail: Detail, looks: Form | None = None) -> Form:
    """`looks`: the form or query whose choices for the preview stay."""
    sources = {name: getattr(detail, name) for name in SOURCES}
    chosen = {name: (looks.text(name) if looks else "") or default for name, default in DEFAULTS.items()}
    return Form({**sources, **chosen, "version": str(detail.version)})


def text_of(form: Form) -> TemplateText:
    return TemplateText(*(_source(form, name) for name in SOURCES))


def sample_text_of(form: Form) -> TemplateSampleText:
    text = text_of(form)
    return TemplateSampleText(text.subject, text.preheader, text.body, sample_of(form))


def sample_of(form: Form) -> SampleName:
    """An unknown one is ignored."""
    return cast("SampleName", form.text("sample") if form.text("sample") in SAMPLES else SAMPLES[0])


def faults_of(problem: BackendProblem) -> list[Fault]:
    """Empty when the problem is not about the text."""
    errors: list[dict[str, Any]] = problem.facts.get("errors", [])
    return [
        Fault(
            error["pointer"].strip("/"),
            error.get("line", 1),
            error.get("column", 1),
            error["detail"],
            error.get("sample", ""),
        )
        for error in errors
        if error["pointer"].strip("/") in SOURCES
    ]


def _source(form: Form, name: str) -> str:
    """White space stays as it was entered."""
    return form.fields.get(name, "").replace("\r\n", "\n")
