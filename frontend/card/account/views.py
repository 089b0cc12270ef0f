"""The account of a signed-in customer: the card, its last transactions, and signing out."""

from contextlib import suppress

from litestar import Response, get, post
from msgspec import convert

from backend.identity.customers.schemas import ChangeOwnAccount, OwnAccount
from frontend.api.own_account import change_own_account, get_own_account, sign_out_customer
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.card.account.sign_in import email_form, sign_in_path
from frontend.card.facts import card_facts
from frontend.card.wallets import wallet_problem
from frontend.kit.customer_session import CustomerSession, find_customer_session, forget_customer_session
from frontend.kit.customers import customer_page
from frontend.kit.fields import is_number
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import redirect
from frontend.kit.preferences import language_of, learn_language
from frontend.kit.request import Request
from i18n.locales import LANGUAGES

UNAUTHENTICATED, GONE, TOO_MANY = 401, 410, 429


@get("/account", name="own_account")
async def show_account(request: Request) -> Response[str]:
    """With `store`: of the merchant of that store; a customer of another one may sign in there."""
    session, store_code = find_customer_session(request), request.query_params.get("store", "")
    if session is None or not session.token:
        return await email_form(request, Form({"store_code": store_code or (session.store_code if session else "")}))
    try:
        account = await get_own_account(session.caller(request))
        if learn_language(request, customer=account.language):
            account = await get_own_account(session.caller(request))
    except BackendProblem as problem:
        return await _refused(request, session, problem)
    if store_code and store_code.upper() not in _stores(account, session):
        return await email_form(request, Form({"store_code": store_code}))
    return _page(request, account)


@post("/account/language", status_code=200)
async def take_account_language(request: Request) -> Response[str]:
    """The choice applies to the customer's pages, emails and passes, on every device."""
    form, session = await read_form(request), find_customer_session(request)
    if session is not None and session.token and form.text("lang") in LANGUAGES:
        try:
            change = convert({"language": form.text("lang")}, ChangeOwnAccount)
            await change_own_account(session.caller(request), change)
        except BackendProblem as problem:
            return await _refused(request, session, problem)
    return redirect(request, "/account")


@post("/account/sign-out", status_code=200)
async def take_account_sign_out(request: Request) -> Response[str]:
    return await _sign_out(request, everywhere=False)


@post("/account/sign-out-everywhere", status_code=200)
async def take_account_sign_out_everywhere(request: Request) -> Response[str]:
    return await _sign_out(request, everywhere=True)


async def _sign_out(request: Request, *, everywhere: bool) -> Response[str]:
    """Here it works in any case. Elsewhere it does not without an answer, so that is said."""
    session = find_customer_session(request)
    if session is not None and session.token:
        with suppress(BackendProblem, *(() if everywhere else (BackendUnavailable,))):
            await sign_out_customer(session.caller(request), everywhere=everywhere)
    response = redirect(request, sign_in_path(session.store_code) if session else "/account")
    forget_customer_session(request, response)
    return response


def _page(request: Request, account: OwnAccount) -> Response[str]:
    """Shows one card; where stores are kept apart, the customer chooses which."""
    number = request.query_params.get("card", "")
    chosen = int(number) - 1 if is_number(number) else 0
    view = account.cards[chosen] if 0 <= chosen < len(account.cards) else account.cards[0]
    return customer_page(
        request,
        "card/account/page.html",
        **card_facts(request, view),
        account=account,
        language_action="/account/language",
        problem=wallet_problem(request.query_params.get("wallet", ""), language_of(request)),
        sandbox=None,
        welcome=None,
    )


def _stores(account: OwnAccount, session: CustomerSession) -> set[str]:
    """Codes of the stores known to belong to the merchant of the session."""
    cards = [page.card for page in account.cards]
    known = {store.code for card in cards for store in [card.enrolled_store, *card.works_at]}
    return {code.upper() for code in (*known, session.store_code)}


async def _refused(request: Request, session: CustomerSession, problem: BackendProblem) -> Response[str]:
    if problem.status == TOO_MANY:
        return customer_page(request, "join/wait.html", status=TOO_MANY)
    if problem.status == GONE:
        response = customer_page(
            request, "card/account/erased.html", status=GONE, problem=problem, store_code=session.store_code
        )
    elif problem.status == UNAUTHENTICATED:
        form = Form({"store_code": session.store_code, "email": session.email})
        response = await email_form(request, form, status=UNAUTHENTICATED, has_ended=True)
    else:
        raise problem
    forget_customer_session(request, response)
    return response
