"""What tablets did offline and somebody has to decide: booked, or dismissed, with a reason."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.loyalty.offline.schemas.review import ReviewDecision
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.review import decide_review, list_review
from frontend.kit.forms import Form, FormError, body_of, read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.problems import SIGNED_OUT
from frontend.kit.request import Request
from frontend.office.review.messages import REASON_MISSING, ReviewMessages
from i18n.translator import get_translator

REVIEW = "/office/review"
EXPIRED, UNPROCESSABLE, TOO_MANY = 410, 422, 429
DECIDED_BEFORE = {"already_decided", "operation_not_found"}


@get(REVIEW, name="office-review")
async def show_review(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """`done` in the address: what has just happened, to be said once."""
    return await _page(request, caller, Form({}), after=read_query(request).optional("after"))


@post(f"{REVIEW}/{{review_id:uuid}}")
async def take_decision(request: Request, caller: NamedDependency[Caller], review_id: FromPath[UUID]) -> Response[str]:
    """The button says what is decided. What the API refuses is shown beside its operation, which stays in the list."""
    form = await read_form(request)
    decision = form.text("decision")
    values = {"decision": decision, "reason": form.text("reason"), "override": bool(form.text("override"))}
    form.fields["id"] = str(review_id)
    try:
        await decide_review(caller, review_id, body_of(ReviewDecision, values, ""))
    except FormError:
        form.errors["reason"] = get_translator(language_of(request)).gettext(REASON_MISSING)
        return await _page(request, caller, form, status=UNPROCESSABLE)
    except BackendProblem as problem:
        if problem.status in {SIGNED_OUT, TOO_MANY}:
            raise
        if problem.code in DECIDED_BEFORE:
            return redirect(request, f"{REVIEW}?done=gone")
        form.errors["reason"] = problem.sentence
        return await _page(request, caller, form, status=problem.status)
    return redirect(request, f"{REVIEW}?done={'booked' if decision == 'book' else 'dismissed'}")


async def _page(
    request: Request, caller: Caller, form: Form, *, after: str | None = None, status: int = 200
) -> Response[str]:
    """`form`: the decision that was refused, at the operation with its `id`."""
    try:
        review = await list_review(caller, after=after)
    except BackendProblem as problem:
        if problem.status != EXPIRED:
            raise
        after = None
        review = await list_review(caller)
    return page(
        request,
        "office/review/page.html",
        status=status,
        review=review,
        form=form,
        after=after,
        done=read_query(request).text("done"),
        messages=ReviewMessages(language_of(request), review.currency),
    )
