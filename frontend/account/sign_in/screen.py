"""The forms of the sign-in: as a page, or over the till."""

import json
from dataclasses import dataclass, field

from litestar import Response

from frontend.account.sign_in.arrival import START, is_over
from frontend.api.responses import BackendProblem
from frontend.kit.forms import Form
from frontend.kit.pages import local_path, page
from frontend.kit.request import Request

AWAY = 503
UNPROCESSABLE = 422
RECOVERY_CODE = "recovery_code"


@dataclass(frozen=True, slots=True)
class Step:
    """The second step. `options`: JSON for the browser's passkeys, empty without one."""

    attempt: str
    methods: list[str] = field(default_factory=list)
    options: str = ""

    @classmethod
    def of_problem(cls, problem: BackendProblem) -> "Step":
        passkey = problem.facts.get("passkey")
        return cls(problem.facts["attempt"], problem.facts["methods"], json.dumps(passkey) if passkey else "")

    @classmethod
    def of_form(cls, form: Form) -> "Step":
        """A passkey answers once: after a refused code its button is not shown again."""
        return cls(form.text("attempt"), form.text("methods").split())


def show_form(request: Request, form: Form, *, status: int = 200, step: Step | None = None) -> Response[str]:
    after, over = local_path(form.text("next"), START), is_over(request, form)
    template = "account/sign_in/over.html" if over else "account/sign_in/page.html"
    return page(request, template, status=status, form=form, next=after, step=step, over=over)
