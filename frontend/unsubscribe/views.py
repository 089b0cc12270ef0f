"""The page behind the unsubscribe link of an email. Its address authorizes the choice; a wrong one reveals nothing."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.loyalty.marketing.schemas import EmailChoices
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.storefront import choose_emails, get_email_choices
from frontend.kit.brand_color import brand_url
from frontend.kit.customers import customer_page, kept_language
from frontend.kit.pages import redirect
from frontend.kit.preferences import learn_language
from frontend.kit.request import Request

NOT_FOUND, TOO_MANY, TOO_LATE = 404, 429, "consent_not_by_link"


@get("/u/{token:str}", name="email_choices")
async def show_email_choices(request: Request, caller: NamedDependency[Caller], token: FromPath[str]) -> Response[str]:
    """Changes nothing: mail scanners open every link of an email."""
    try:
        return _page(request, token, await get_email_choices(caller, token))
    except BackendProblem as problem:
        return _refused(request, problem)


@post("/u/{token:str}", status_code=200)
async def take_unsubscribe(request: Request, caller: NamedDependency[Caller], token: FromPath[str]) -> Response[str]:
    """Stops the emails at once, for the page's button and for the POST of a mail program (RFC 8058).

    It answers without a redirect, as RFC 8058 demands, and may be repeated.
    """
    try:
        choices = await choose_emails(caller, token, accept_marketing=False)
    except BackendProblem as problem:
        return _refused(request, problem)
    return _page(request, token, choices, has_stopped=True)


@post("/u/{token:str}/resume", status_code=200)
async def take_resume(request: Request, caller: NamedDependency[Caller], token: FromPath[str]) -> Response[str]:
    try:
        await choose_emails(caller, token, accept_marketing=True)
    except BackendProblem as problem:
        if problem.code != TOO_LATE:
            return _refused(request, problem)
        # The page says what else to do.
    return redirect(request, kept_language(request, f"/u/{token}"))


def _page(request: Request, token: str, choices: EmailChoices, *, has_stopped: bool = False) -> Response[str]:
    learn_language(request, customer=choices.language, merchant=choices.merchant_language)
    return customer_page(
        request,
        "unsubscribe/page.html",
        store_name=choices.merchant_name,
        brand=brand_url(choices.card_color),
        choices=choices,
        stop_address=kept_language(request, f"/u/{token}"),
        resume_address=kept_language(request, f"/u/{token}/resume"),
        has_stopped=has_stopped,
    )


def _refused(request: Request, problem: BackendProblem) -> Response[str]:
    if problem.status == NOT_FOUND:
        return customer_page(request, "unsubscribe/unknown.html", status=NOT_FOUND)
    if problem.status == TOO_MANY:
        return customer_page(request, "join/wait.html", status=TOO_MANY)
    raise problem
