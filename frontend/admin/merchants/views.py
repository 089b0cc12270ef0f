"""The merchants of the platform, and one of them with all that an administrator sets."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.admin.merchants.messages import MerchantMessages
from frontend.api.client import Caller
from frontend.api.features import list_features
from frontend.api.merchants import get_merchant, list_merchants
from frontend.api.responses import BackendProblem
from frontend.kit.conflicts import saved_by
from frontend.kit.forms import Form, FormError, errors_of, read_query
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import N_, get_translator

MERCHANTS = "/admin/merchants"
QUERY_MAX = 100
SIGNED_OUT, FORBIDDEN, GONE, STALE, UNPROCESSABLE = 401, 403, 410, 412, 422
UNKNOWN = {"merchant_not_found"}


@get(MERCHANTS, name="admin-merchants")
async def show_merchants(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = read_query(request)
    query, after = form.text("query")[:QUERY_MAX], form.optional("after")
    try:
        merchants = await list_merchants(caller, query=query, after=after)
    except BackendProblem as problem:
        if problem.status != GONE:
            raise
        after = None
        merchants = await list_merchants(caller, query=query, after=None)
    return page(
        request,
        "admin/merchants/page.html",
        merchants=merchants,
        query=query,
        after=after,
        messages=MerchantMessages(language_of(request)),
    )


@get(f"{MERCHANTS}/{{code:str}}", name="admin-merchant")
async def show_merchant(request: Request, caller: NamedDependency[Caller], code: FromPath[str]) -> Response[str]:
    """`done` in the address: what has just happened, to be said once."""
    return await merchant_page(request, caller, code, done=read_query(request).text("done"))


async def merchant_page(
    request: Request,
    caller: Caller,
    code: str,
    form: Form | None = None,
    *,
    status: int = 200,
    done: str = "",
    refused: str = "",
) -> Response[str]:
    """`form`: one that was refused, with its name in `section`; the others show what is stored."""
    messages = MerchantMessages(language_of(request))
    (loyalty, *_) = (await list_features(caller, code)).features
    return page(
        request,
        "admin/merchants/merchant.html",
        status=status,
        merchant=await get_merchant(caller, code),
        switches={switch.store.id: switch for switch in loyalty.stores if switch.store},
        form=form or Form({}),
        done=messages.done(done),
        refused=refused,
        messages=messages,
    )


async def refuse(request: Request, caller: Caller, code: str, form: Form, problem: BackendProblem) -> Response[str]:
    """The page with what was entered, and why it was refused. A stale form shows what is stored now."""
    if problem.status in {SIGNED_OUT, FORBIDDEN} or problem.code in UNKNOWN:
        raise problem
    say = get_translator(language_of(request)).gettext
    if problem.status == STALE:
        text = say(
            N_("%(name)s has changed this meanwhile. Nothing of yours was saved."), name=saved_by(request, problem)
        )
        return await merchant_page(request, caller, code, status=STALE, refused=text)
    form.errors = errors_of(problem)
    return await merchant_page(request, caller, code, form, status=problem.status, refused=problem.sentence)


async def refuse_fields(
    request: Request, caller: Caller, code: str, form: Form, error: FormError, *, prefix: str = ""
) -> Response[str]:
    """`prefix`: of the names of the form's fields."""
    language = language_of(request)
    form.errors |= {prefix + field: sentence for field, sentence in error.sentences(language).items()}
    text = get_translator(language).gettext(N_("Please check what you entered"))
    return await merchant_page(request, caller, code, form, status=UNPROCESSABLE, refused=text)
