"""The page behind “This was not me” in the email with a code."""

from litestar import Response, get, post
from litestar.params import FromPath

from frontend.api.own_account import disown_sign_in
from frontend.api.responses import BackendProblem
from frontend.kit.caller import anonymous_caller
from frontend.kit.customers import customer_page, kept_language
from frontend.kit.request import Request

NOT_FOUND, TOO_MANY = 404, 429


@get("/account/not-me/{token:str}", name="not_me")
async def show_not_me(request: Request, token: FromPath[str]) -> Response[str]:
    """Changes nothing: mail scanners open every link of an email."""
    action = kept_language(request, f"/account/not-me/{token}")
    return customer_page(request, "card/account/not_me.html", not_me_action=action, problem=None)


@post("/account/not-me/{token:str}", status_code=200)
async def take_not_me(request: Request, token: FromPath[str]) -> Response[str]:
    try:
        ended = await disown_sign_in(anonymous_caller(request), token)
    except BackendProblem as problem:
        if problem.status == TOO_MANY:
            return customer_page(request, "join/wait.html", status=TOO_MANY)
        if problem.status == NOT_FOUND:
            return customer_page(request, "card/account/not_me.html", status=NOT_FOUND, problem=problem)
        raise
    return customer_page(request, "card/account/not_me_ended.html", ended=ended)
